"""What the parts weigh in a district, and lists that keep their labelled place, their teams and their weights.

The audit record learns two actions. Only SQLite makes its table anew for that: it cannot change a check.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
IN_USE = sa.text("is_in_use")
ACTIONS = (
    "drawing_seen",
    "case_read",
    "answered_for_owner",
    "sample_waived",
    "dispute_ended",
    "asking_allowed",
    "review_cleared",
)
NEW_ACTIONS = ("ranking_changed", "ranking_proposed")


def upgrade() -> None:
    op.create_table(
        "ranking_setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("weights", JSON, nullable=False),
        sa.Column("fair_turn", sa.Double(), nullable=False),
        sa.Column("has_labelled_place", sa.Boolean(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "default",
                "staff",
                "learnt",
                name="settingorigin",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_in_use", sa.Boolean(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_ranking_setting_version_positive")),
        sa.CheckConstraint("fair_turn >= 0", name=op.f("ck_ranking_setting_fair_turn_not_negative")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_ranking_setting_district_id")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user.id"], name=op.f("fk_ranking_setting_made_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_setting")),
        sa.UniqueConstraint("district_id", "version", name=op.f("uq_ranking_setting_district_id_version")),
    )
    op.create_index(
        "ix_ranking_setting_one_in_use",
        "ranking_setting",
        ["district_id"],
        unique=True,
        sqlite_where=IN_USE,
        postgresql_where=IN_USE,
    )
    op.add_column("recommendation", sa.Column("turn", JSON, nullable=True))
    op.add_column("recommendation", sa.Column("teams", JSON, nullable=True))
    # By hand, because on SQLite Alembic would rebuild the table for a reference, and empty those that refer to it.
    op.execute(
        "ALTER TABLE recommendation ADD COLUMN setting_id INTEGER"
        " CONSTRAINT fk_recommendation_setting_id REFERENCES ranking_setting (id)"
    )
    _allow_actions(*ACTIONS, *NEW_ACTIONS)


def downgrade() -> None:
    _allow_actions(*ACTIONS)
    for column in ("setting_id", "teams", "turn"):
        op.drop_column("recommendation", column)
    op.drop_table("ranking_setting")


def _allow_actions(*actions: str) -> None:
    """These and no others; entries of others go, since the earlier schema has no name for them."""
    _let_change()
    kept = ", ".join(f"'{action}'" for action in actions)
    op.execute(f"DELETE FROM audit_entry WHERE action NOT IN ({kept})")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("auditaction", "audit_entry", type_="check")
        op.create_check_constraint("auditaction", "audit_entry", f"action IN ({kept})")
    else:
        with op.batch_alter_table("audit_entry", copy_from=_audit_entry(*actions), recreate="always"):
            pass
    _refuse_changes()


def _audit_entry(*actions: str) -> sa.Table:
    action = sa.Enum(*actions, name="auditaction", native_enum=False, create_constraint=True, length=32)
    return sa.Table(
        "audit_entry",
        sa.MetaData(naming_convention=op.get_context().opts["target_metadata"].naming_convention),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", action, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("values", JSON, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_audit_entry_actor_id")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_audit_entry_district_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.Index("ix_audit_entry_actor_id", "actor_id"),
        sa.Index("ix_audit_entry_district_id", "district_id"),
        sa.Index("ix_audit_entry_subject_subject_id", "subject", "subject_id"),
    )


def _let_change() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_is_final")
        return
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER audit_entry_refuses_{verb}")


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_is_final")
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_entry_refuses_{verb.lower()} BEFORE {verb} ON audit_entry"
            " BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END"
        )
