"""Notes on cases, who has them in hand, and reviews dismissed for good."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KINDS = (
    "unclaimed", "unanswered", "expiring", "tight_brief", "tight_order",
    "late_delivery", "late_payment", "dispute", "stopped", "suspicious",
)  # fmt: skip


def _kind() -> sa.Enum:
    return sa.Enum(*KINDS, name="casekind", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "case_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_case_note_district_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_case_note_author_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index("ix_case_note_district_id_kind_subject_id", "case_note", ["district_id", "kind", "subject_id"])
    op.create_table(
        "case_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_case_hold_district_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["user.id"], name=op.f("fk_case_hold_holder_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_hold")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_case_hold_kind_subject_id")),
    )
    op.create_index("ix_case_hold_district_id", "case_hold", ["district_id"])
    op.add_column("review", sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_quote_request_answered_at", "quote_request", ["answered_at"])


def downgrade() -> None:
    op.drop_index("ix_quote_request_answered_at", "quote_request")
    op.drop_column("review", "dismissed_at")
    op.drop_table("case_hold")
    op.drop_table("case_note")
