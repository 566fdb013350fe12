"""The owner's phone: listings begun, weekly answers, mandates, claims, visits, and what links and telephones need.

The audit record learns six actions, as in 0005.
"""

from importlib import import_module

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
RUNNING, WAITING = sa.text("ended_at IS NULL"), sa.text("status = 'waiting'")
TABLES = ("listing_draft", "registration_photo", "pulse", "mandate", "claim", "tip", "visit")
USER_COLUMNS = ("phone_confirmed_at", "links_valid_from")
EARLIER = import_module("models.migrations.versions.0005_ranking_settings")
ACTIONS = (*EARLIER.ACTIONS, *EARLIER.NEW_ACTIONS)
NEW_ACTIONS = (
    "sign_in_shown",
    "mandate_given",
    "mandate_ended",
    "changed_for_owner",
    "claim_decided",
    "registration_seen",
)


def upgrade() -> None:
    op.create_table('claim',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('factory_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('waiting', 'accepted', 'refused', name='claimstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('ground', sa.Enum('code', 'phone', 'business_number', 'word', name='claimground', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('note', sa.String(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.CheckConstraint("(status = 'waiting') = (decided_at IS NULL)", name=op.f('ck_claim_decided_or_waiting')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user.id'], name=op.f('fk_claim_decided_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['factory_id'], ['factory.id'], name=op.f('fk_claim_factory_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_claim_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim'))
    )
    op.create_index('ix_claim_factory_id', 'claim', ['factory_id'])
    op.create_index('ix_claim_one_waiting', 'claim', ['factory_id', 'user_id'], unique=True, sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index('ix_claim_user_id', 'claim', ['user_id'])
    op.create_table('listing_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('answers', JSON, nullable=False),
    sa.Column('factory_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['district_id'], ['district.id'], name=op.f('fk_listing_draft_district_id')),
    sa.ForeignKeyConstraint(['factory_id'], ['factory.id'], name=op.f('fk_listing_draft_factory_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listing_draft')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_listing_draft_token_hash'))
    )
    op.create_index('ix_listing_draft_updated_at', 'listing_draft', ['updated_at'])
    op.create_table('mandate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('factory_id', sa.Integer(), nullable=False),
    sa.Column('given_by', sa.String(), nullable=False),
    sa.Column('channel', sa.Enum('phone', 'visit', 'paper', name='mandatechannel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('purposes', JSON, nullable=False),
    sa.Column('wording_version', sa.String(), nullable=False),
    sa.Column('coordinator_id', sa.Integer(), nullable=True),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('length(given_by) > 0', name=op.f('ck_mandate_says_who_agreed')),
    sa.ForeignKeyConstraint(['coordinator_id'], ['user.id'], name=op.f('fk_mandate_coordinator_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['ended_by_id'], ['user.id'], name=op.f('fk_mandate_ended_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['factory_id'], ['factory.id'], name=op.f('fk_mandate_factory_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mandate'))
    )
    op.create_index('ix_mandate_factory_id', 'mandate', ['factory_id'])
    op.create_index('ix_mandate_one_running', 'mandate', ['factory_id'], unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING)
    op.create_table('pulse',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('factory_id', sa.Integer(), nullable=False),
    sa.Column('answer', sa.Enum('open', 'some', 'full', 'week_closed', name='pulseanswer', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('week_on', sa.Date(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('source', sa.Enum('owner', 'staff', 'import', 'demo', name='factsource', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('weeks', JSON, nullable=False),
    sa.ForeignKeyConstraint(['answered_by_id'], ['user.id'], name=op.f('fk_pulse_answered_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['factory_id'], ['factory.id'], name=op.f('fk_pulse_factory_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pulse'))
    )
    op.create_index('ix_pulse_factory_id_answered_at', 'pulse', ['factory_id', 'answered_at'])
    op.create_table('registration_photo',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('factory_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['factory_id'], ['factory.id'], name=op.f('fk_registration_photo_factory_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registration_photo')),
    sa.UniqueConstraint('factory_id', name=op.f('uq_registration_photo_factory_id')),
    sa.UniqueConstraint('key', name=op.f('uq_registration_photo_key'))
    )
    op.create_table('tip',
    sa.Column('factory_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=True),
    sa.Column('put_off', JSON, nullable=False),
    sa.ForeignKeyConstraint(['factory_id'], ['factory.id'], name=op.f('fk_tip_factory_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('factory_id', name=op.f('pk_tip'))
    )
    op.create_table('visit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('factory_id', sa.Integer(), nullable=False),
    sa.Column('coordinator_id', sa.Integer(), nullable=True),
    sa.Column('planned_on', sa.Date(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['coordinator_id'], ['user.id'], name=op.f('fk_visit_coordinator_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['district_id'], ['district.id'], name=op.f('fk_visit_district_id')),
    sa.ForeignKeyConstraint(['factory_id'], ['factory.id'], name=op.f('fk_visit_factory_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit')),
    sa.UniqueConstraint('factory_id', 'planned_on', name=op.f('uq_visit_factory_id_planned_on'))
    )
    op.create_index('ix_visit_coordinator_id', 'visit', ['coordinator_id'])
    op.create_index('ix_visit_district_id_planned_on', 'visit', ['district_id', 'planned_on'])
    for column in USER_COLUMNS:
        op.add_column("user", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.add_column("user_session", sa.Column("device", sa.String(), nullable=True))
    op.add_column(
        "factory", sa.Column("has_no_business_number", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    # By hand, because on SQLite Alembic would make the table anew for a check, without its triggers.
    op.execute(
        "ALTER TABLE factory ADD COLUMN outside_work_percent INTEGER"
        " CONSTRAINT ck_factory_outside_work_is_a_share CHECK (outside_work_percent BETWEEN 0 AND 100)"
    )
    EARLIER._allow_actions(*ACTIONS, *NEW_ACTIONS)


def downgrade() -> None:
    EARLIER._allow_actions(*ACTIONS)
    for column in ("outside_work_percent", "has_no_business_number"):
        op.drop_column("factory", column)
    op.drop_column("user_session", "device")
    for column in USER_COLUMNS:
        op.drop_column("user", column)
    for table in reversed(TABLES):
        op.drop_table(table)
