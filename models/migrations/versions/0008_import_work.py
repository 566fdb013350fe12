"""Imports that run beside the pages, and mappings remembered by source."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
STATES = ("mapping", "waiting", "running", "paused", "cancelled", "failed", "undoing", "ended")
PHASES = ("reading", "storing", "comparing")


def upgrade() -> None:
    op.create_table(
        "import_work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("state", _code(*STATES, name="importstate"), nullable=False),
        sa.Column("phase", _code(*PHASES, name="importphase"), nullable=False),
        sa.Column("is_kept", sa.Boolean(), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_up_rows", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("header_row", sa.Integer(), nullable=True),
        sa.Column("preview", JSON, nullable=True),
        sa.Column("notes", JSON, nullable=False),
        sa.Column("told", JSON, nullable=False),
        sa.Column("failure", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["registry_import.id"], name=op.f("fk_import_work_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_work")),
        sa.UniqueConstraint("import_id", name=op.f("uq_import_work_import_id")),
    )
    op.create_table(
        "registry_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("ignored", JSON, nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_registry_mapping_district_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_mapping")),
        sa.UniqueConstraint("district_id", "source", name=op.f("uq_registry_mapping_district_id_source")),
    )


def _code(*codes: str, name: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    op.drop_table("registry_mapping")
    op.drop_table("import_work")
