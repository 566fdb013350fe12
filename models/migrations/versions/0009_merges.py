"""Merges of factories that can be taken back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
STANDING = sa.text("undone_at IS NULL")
# By hand, because on SQLite Alembic would make the table anew for a reference, without its triggers.
MERGED_INTO = (
    "ALTER TABLE factory ADD COLUMN merged_into_id INTEGER"
    " CONSTRAINT fk_factory_merged_into_id REFERENCES factory (id)"
)


def upgrade() -> None:
    op.create_table('merge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('kept_id', sa.Integer(), nullable=False),
    sa.Column('gone_id', sa.Integer(), nullable=False),
    sa.Column('merged_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('merged_by_id', sa.Integer(), nullable=True),
    sa.Column('before', JSON, nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('kept_id <> gone_id', name=op.f('ck_merge_two_rows')),
    sa.ForeignKeyConstraint(['district_id'], ['district.id'], name=op.f('fk_merge_district_id')),
    sa.ForeignKeyConstraint(['gone_id'], ['factory.id'], name=op.f('fk_merge_gone_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['kept_id'], ['factory.id'], name=op.f('fk_merge_kept_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['merged_by_id'], ['user.id'], name=op.f('fk_merge_merged_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['undone_by_id'], ['user.id'], name=op.f('fk_merge_undone_by_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_merge'))
    )
    for column in ('district_id', 'gone_id', 'kept_id'):
        op.create_index(f'ix_merge_{column}', 'merge', [column])
    op.create_index('ix_merge_one_standing', 'merge', ['gone_id'], unique=True, sqlite_where=STANDING, postgresql_where=STANDING)
    op.create_table('duplicate_search',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('figures', JSON, nullable=False),
    sa.ForeignKeyConstraint(['asked_by_id'], ['user.id'], name=op.f('fk_duplicate_search_asked_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['district_id'], ['district.id'], name=op.f('fk_duplicate_search_district_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duplicate_search'))
    )
    op.create_index('ix_duplicate_search_district_id', 'duplicate_search', ['district_id'])
    with op.batch_alter_table('duplicate_proposal') as proposal:
        for column in ('put_off_at', 'decided_at'):
            proposal.add_column(sa.Column(column, sa.DateTime(timezone=True), nullable=True))
        proposal.add_column(sa.Column('decided_by_id', sa.Integer(), nullable=True))
        proposal.create_foreign_key(op.f('fk_duplicate_proposal_decided_by_id'), 'user', ['decided_by_id'], ['id'], ondelete='SET NULL')
    op.execute(MERGED_INTO)
    op.create_index('ix_factory_merged_into_id', 'factory', ['merged_into_id'])


def downgrade() -> None:
    op.drop_index('ix_factory_merged_into_id', 'factory')
    op.drop_column('factory', 'merged_into_id')
    with op.batch_alter_table('duplicate_proposal') as proposal:
        proposal.drop_constraint('fk_duplicate_proposal_decided_by_id', type_='foreignkey')
        for column in ('decided_by_id', 'decided_at', 'put_off_at'):
            proposal.drop_column(column)
    op.drop_table('duplicate_search')
    op.drop_table('merge')
