"""Changes of factories are noted by triggers; how much a factory was shown; public sewing rooms.

On SQLite a migration that makes one of the watched tables anew loses its triggers: it must call for them again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Tables, and what of a factory has to be read again when a row of theirs changes.
PART_OF_TABLE = {
    "factory": "facts",
    "factory_capability": "facts",
    "factory_fact": "facts",
    "factory_certificate": "facts",
    "factory_rate": "facts",
    "capacity_week": "capacity",
    "factory_exposure": "exposure",
}
VERBS = ("INSERT", "UPDATE", "DELETE")
# A factory that is gone, or elsewhere by now, says so itself.
NOTE_OLD = (
    "INSERT INTO factory_change (district_id, factory_id, part) VALUES (OLD.district_id, OLD.id, 'facts');"
    " DELETE FROM factory_change WHERE factory_id = OLD.id AND part = 'facts' AND district_id = OLD.district_id"
    " AND id < (SELECT max(id) FROM factory_change);"
)
THIS_TRANSACTION = "pg_current_xact_id()::text::bigint"


def upgrade() -> None:
    op.add_column("factory", sa.Column("is_shared_room", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "factory_exposure",
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_factory_exposure_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["factory_id"], ["factory.id"], name=op.f("fk_factory_exposure_factory_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("factory_id", name=op.f("pk_factory_exposure")),
    )
    op.create_table(
        "factory_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "facts",
                "capacity",
                "exposure",
                name="changedpart",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("transaction_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factory_change")),
    )
    op.create_index(
        "ix_factory_change_factory_id_part_transaction_id", "factory_change", ["factory_id", "part", "transaction_id"]
    )
    op.create_index(
        "ix_factory_change_transaction_id",
        "factory_change",
        ["transaction_id"],
        sqlite_where=sa.text("transaction_id IS NOT NULL"),
    )
    watch = _watch_postgresql if _is_postgresql() else _watch_sqlite
    for table in PART_OF_TABLE:
        watch(table)


def downgrade() -> None:
    for table in PART_OF_TABLE:
        _forget(table)
    op.drop_table("factory_change")
    op.drop_table("factory_exposure")
    op.drop_column("factory", "is_shared_room")


def _forget(table: str) -> None:
    if _is_postgresql():
        for verb in VERBS:
            op.execute(f"DROP FUNCTION {_trigger(table, verb)}() CASCADE")
        return
    for verb in (*VERBS, "MOVE"):
        op.execute(f"DROP TRIGGER {_trigger(table, verb)}")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _trigger(table: str, verb: str) -> str:
    return f"{table}_notes_{verb.lower()}"


def _watch_sqlite(table: str) -> None:
    """After each row; of a factory and part only the newest number is kept, so nothing piles up."""
    factory = "id" if table == "factory" else "factory_id"
    for verb, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        gone = table == "factory" and verb == "DELETE"
        _on_sqlite(table, verb, verb, NOTE_OLD if gone else _note(table, f"{row}.{factory}"))
    # To whom it belonged before.
    if table == "factory":
        _on_sqlite(table, "MOVE", "UPDATE", NOTE_OLD, "WHEN OLD.district_id <> NEW.district_id")
    else:
        moved = _note(table, "OLD.factory_id")
        _on_sqlite(table, "MOVE", "UPDATE", moved, "WHEN OLD.factory_id <> NEW.factory_id")


def _note(table: str, factory: str) -> str:
    """Nothing is noted, nor taken away, where the factory is gone."""
    part = PART_OF_TABLE[table]
    return (
        "INSERT INTO factory_change (district_id, factory_id, part)"
        f" SELECT district_id, id, '{part}' FROM factory WHERE id = {factory};"
        f" DELETE FROM factory_change WHERE factory_id = {factory} AND part = '{part}'"
        " AND id < (SELECT max(id) FROM factory_change)"
        f" AND district_id = (SELECT district_id FROM factory WHERE id = {factory});"
    )


def _on_sqlite(table: str, name: str, verb: str, statements: str, condition: str = "") -> None:
    op.execute(f"CREATE TRIGGER {_trigger(table, name)} AFTER {verb} ON {table} {condition} BEGIN {statements} END")


def _watch_postgresql(table: str) -> None:
    """After each statement, once per factory and transaction."""
    factory = "id" if table == "factory" else "factory_id"
    district, joined = "factory.district_id", "JOIN factory ON factory.id = rows.factory_id"
    columns = f"{factory} AS factory_id"
    if table == "factory":
        district, joined, columns = "rows.district_id", "", f"{columns}, district_id"
    for verb, kept in (("INSERT", ("NEW",)), ("UPDATE", ("NEW", "OLD")), ("DELETE", ("OLD",))):
        rows = " UNION ".join(f"SELECT DISTINCT {columns} FROM {each}_rows" for each in kept)
        part = PART_OF_TABLE[table]
        op.execute(
            f"CREATE FUNCTION {_trigger(table, verb)}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " INSERT INTO factory_change (district_id, factory_id, part, transaction_id)"
            f" SELECT {district}, rows.factory_id, '{part}', {THIS_TRANSACTION} FROM ({rows}) AS rows {joined}"
            " WHERE NOT EXISTS (SELECT FROM factory_change AS noted WHERE noted.factory_id = rows.factory_id"
            f" AND noted.part = '{part}' AND noted.transaction_id = {THIS_TRANSACTION}"
            f" AND noted.district_id = {district}); RETURN NULL; END $$"
        )
        tables = " ".join(f"{each} TABLE AS {each}_rows" for each in kept)
        op.execute(
            f"CREATE TRIGGER {_trigger(table, verb)} AFTER {verb} ON {table} REFERENCING {tables}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {_trigger(table, verb)}()"
        )
