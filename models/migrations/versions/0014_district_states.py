"""Figures of a district that take long to count."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OWED = sa.text("received_at IS NULL")
DOUBT = sa.text("suspicion IS NOT NULL AND cleared_at IS NULL")
ANSWERS = "ix_quote_request_factory_id_asked_at_answered_at"
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "district_state",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_district_state_district_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("district_id", name=op.f("pk_district_state")),
    )
    # What the desk counts on every visit.
    op.create_index("ix_order_district_id_status_due_on", "order", ["district_id", "status", "due_on"])
    op.create_index("ix_payment_part_not_received", "payment_part", ["due_on"], sqlite_where=OWED, postgresql_where=OWED)
    op.create_index("ix_review_suspicious", "review", ["line_id"], sqlite_where=DOUBT, postgresql_where=DOUBT)
    op.drop_index("ix_quote_request_factory_id_asked_at", "quote_request")
    op.create_index(ANSWERS, "quote_request", ["factory_id", "asked_at", "answered_at"])
    op.create_index("ix_quote_request_status_factory_id", "quote_request", ["status", "factory_id"])
    op.create_index("ix_brief_district_id_published_at", "brief", ["district_id", "published_at"])
    op.create_index("ix_brief_district_id_status_needed_by", "brief", ["district_id", "status", "needed_by"])
    op.create_index("ix_order_district_id_confirmed_at", "order", ["district_id", "confirmed_at"])


def downgrade() -> None:
    op.drop_index(ANSWERS, "quote_request")
    op.create_index("ix_quote_request_factory_id_asked_at", "quote_request", ["factory_id", "asked_at"])
    op.drop_index("ix_review_suspicious", "review")
    op.drop_index("ix_payment_part_not_received", "payment_part")
    op.drop_index("ix_order_district_id_status_due_on", "order")
    op.drop_index("ix_order_district_id_confirmed_at", "order")
    op.drop_index("ix_brief_district_id_status_needed_by", "brief")
    op.drop_index("ix_brief_district_id_published_at", "brief")
    op.drop_index("ix_quote_request_status_factory_id", "quote_request")
    op.drop_table("district_state")
