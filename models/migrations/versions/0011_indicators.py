"""Monthly snapshots of indicators and statistics from outside."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
FINAL = "indicator_snapshot"


def upgrade() -> None:
    op.create_table(
        "indicator_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("out_of", sa.Double(), nullable=True),
        sa.Column("breakdown", JSON, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("revision >= 0", name=op.f("ck_indicator_snapshot_revision_not_negative")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_indicator_snapshot_district_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_snapshot")),
        sa.UniqueConstraint(
            "district_id", "code", "month", "revision", name=op.f("uq_indicator_snapshot_district_id_code_month_revision")
        ),
    )
    op.create_table(
        "statistic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(source) > 0", name=op.f("ck_statistic_has_source")),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_statistic_period_in_order")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_statistic_district_id")),
        sa.ForeignKeyConstraint(["added_by_id"], ["user.id"], name=op.f("fk_statistic_added_by_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistic")),
    )
    op.create_index("ix_statistic_district_id_code", "statistic", ["district_id", "code"])
    op.create_index("ix_order_district_id_delivered_at", "order", ["district_id", "delivered_at"])
    op.create_index("ix_recommendation_district_id_made_at", "recommendation", ["district_id", "made_at"])
    for name in ("opened_on", "closed_on"):
        op.add_column("factory", sa.Column(name, sa.Date(), nullable=True))
    _refuse_changes()


def downgrade() -> None:
    op.drop_index("ix_recommendation_district_id_made_at", "recommendation")
    op.drop_index("ix_order_district_id_delivered_at", "order")
    for name in ("closed_on", "opened_on"):
        op.drop_column("factory", name)
    op.drop_table("statistic")
    op.drop_table("indicator_snapshot")  # its triggers go with it
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {FINAL}_is_final()")


def _refuse_changes() -> None:
    """A published figure stands; a revision is another row."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {FINAL}_is_final() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{FINAL} is append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {FINAL}_is_final BEFORE UPDATE OR DELETE ON {FINAL}"
            f" FOR EACH ROW EXECUTE FUNCTION {FINAL}_is_final()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {FINAL}_refuses_{verb.lower()} BEFORE {verb} ON {FINAL}"
            f" BEGIN SELECT RAISE(ABORT, '{FINAL} is append-only'); END"
        )
