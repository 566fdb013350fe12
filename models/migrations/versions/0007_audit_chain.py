"""The chain over the audit record, published heads, and requests that a second person decides.

The audit record learns the acts of the district office, as in 0005.
"""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

EARLIER = import_module("models.migrations.versions.0006_owners_phone")
ACTIONS = (*EARLIER.ACTIONS, *EARLIER.NEW_ACTIONS)
NEW_ACTIONS = (
    "factories_merged",
    "merge_undone",
    "factory_verified",
    "designer_checked",
    "import_started",
    "import_undone",
    "contacts_exported",
    "figures_read",
    "statistics_added",
    "snapshot_made",
    "approval_asked",
    "approval_decided",
    "deleted",
    "log_reviewed",
    "entries_searched",
    "case_handed_back",
    "case_noted",
    "moderated",
)


JSON = import_module("models.migrations.versions.0001_the_first_schema").JSON
WAITING = sa.text("decided_at IS NULL")


def upgrade() -> None:
    EARLIER.EARLIER._allow_actions(*ACTIONS, *NEW_ACTIONS)
    op.create_index("ix_audit_entry_district_id_at", "audit_entry", ["district_id", "at"])
    _let_reasons_go()
    _seals()
    _approvals()


def downgrade() -> None:
    op.drop_table("approval")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_seal_is_final() CASCADE")
    op.drop_table("audit_seal")  # on SQLite its triggers go with it
    op.drop_index("ix_audit_entry_district_id_at", "audit_entry")
    _hold_reasons()
    EARLIER.EARLIER._allow_actions(*ACTIONS)


def _seals() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("reason_hash", sa.String(), nullable=True),
        sa.Column("salt", sa.String(), nullable=True),
        sa.CheckConstraint("position > 0", name=op.f("ck_audit_seal_position_positive")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_seal_entry_id")),
    )
    _refuse("audit_seal", but_for="salt", same=("position", "entry_id", "hash", "reason_hash"))


def _let_reasons_go() -> None:
    """Free text goes on request, and only goes; everything else of an entry stays as it was written."""
    same = ("id", "district_id", "at", "actor_id", "action", "subject", "subject_id", '"values"')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_is_final() CASCADE")
    else:
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_entry_refuses_{verb}")
    _refuse("audit_entry", but_for="reason", same=same)


def _hold_reasons() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_is_final() CASCADE")
    else:
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_entry_refuses_{verb}")
    import_module("models.migrations.versions.0003_orders")._refuse_changes("audit_entry")


def _refuse(table: str, *, but_for: str, same: tuple[str, ...]) -> None:
    """Nothing is deleted or changed, but that one column may be emptied."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    differs = " OR ".join(f"NEW.{name} IS {'DISTINCT FROM' if is_postgresql else 'NOT'} OLD.{name}" for name in same)
    condition = f"NEW.{but_for} IS NOT NULL OR {differs}"
    message = f"{table} is append-only"
    if is_postgresql:
        op.execute(
            f"CREATE FUNCTION {table}_is_final() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF TG_OP = 'UPDATE' AND NOT ({condition}) THEN RETURN NEW; END IF;"
            f" RAISE EXCEPTION '{message}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {table}_is_final()"
        )
        return
    for verb, when in (("UPDATE", f"WHEN {condition}"), ("DELETE", "")):
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} {when}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


def _approvals() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("deletion", "weights", "bulk_export", name="approvalkind", native_enum=False,
                                  create_constraint=True, length=32), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(decided_at IS NULL) = (is_granted IS NULL)", name=op.f("ck_approval_decided_is_said")),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id",
                           name=op.f("ck_approval_two_people")),
        sa.CheckConstraint("used_at IS NULL OR is_granted", name=op.f("ck_approval_only_grants_are_used")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_approval_district_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_approval_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_approval_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )  # fmt: skip
    op.create_index("ix_approval_one_waiting", "approval", ["kind", "subject", "subject_id"], unique=True,
                    sqlite_where=WAITING, postgresql_where=WAITING)  # fmt: skip
    op.create_index("ix_approval_district_id_asked_at", "approval", ["district_id", "asked_at"])
    op.create_index("ix_approval_subject_subject_id", "approval", ["subject", "subject_id"])
