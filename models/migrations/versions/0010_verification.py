"""Checks of factories in steps, checks of designers, and what staff took off the public pages."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STANDING = sa.text("lifted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "factory_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Enum("applied", "document", "visit", "call", name="checkstep", native_enum=False,
                                  create_constraint=True, length=32), nullable=False),
        sa.Column("has_passed", sa.Boolean(), nullable=False),
        sa.Column("tax_state", sa.Enum("active", "suspended", "closed", "unknown", name="taxstate", native_enum=False,
                                       create_constraint=True, length=32), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("tax_state IS NULL OR step = 'document'", name=op.f("ck_factory_check_tax_with_papers")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_factory_check_district_id")),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.id"], name=op.f("fk_factory_check_factory_id"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["checked_by_id"], ["user.id"], name=op.f("fk_factory_check_checked_by_id"),
                                ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factory_check")),
    )  # fmt: skip
    op.create_index("ix_factory_check_factory_id", "factory_check", ["factory_id"])
    op.create_index("ix_factory_check_checked_by_id", "factory_check", ["checked_by_id"])
    op.create_index("ix_factory_check_district_id_checked_on", "factory_check", ["district_id", "checked_on"])
    op.create_table(
        "moderation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=True),
        sa.Column("designer_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hidden_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(factory_id IS NULL) <> (designer_id IS NULL)", name=op.f("ck_moderation_hides_one")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_moderation_district_id")),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.id"], name=op.f("fk_moderation_factory_id"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["designer_id"], ["designer.id"], name=op.f("fk_moderation_designer_id"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["hidden_by_id"], ["user.id"], name=op.f("fk_moderation_hidden_by_id"),
                                ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["user.id"], name=op.f("fk_moderation_lifted_by_id"),
                                ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation")),
    )  # fmt: skip
    op.create_index("ix_moderation_district_id", "moderation", ["district_id"])
    for name in ("factory", "designer"):
        op.create_index(f"ix_moderation_one_{name}", "moderation", [f"{name}_id"], unique=True,
                        sqlite_where=STANDING, postgresql_where=STANDING)  # fmt: skip
        op.add_column(name, sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("designer", sa.Column("checked_on", sa.Date(), nullable=True))


def downgrade() -> None:
    for name in ("checked_on", "is_hidden"):
        op.drop_column("designer", name)
    op.drop_column("factory", "is_hidden")
    op.drop_table("moderation")
    op.drop_table("factory_check")
