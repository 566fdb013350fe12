"""What belongs to a person: for every table the way from its rows to somebody, or the word that it is nobody's."""

from __future__ import annotations

from functools import cache

from sqlalchemy import ColumnElement, Table, false, or_, select

from models.base import Base

# Table -> columns by which a row is somebody's; each leads to a person or to a row that is somebody's.
BELONGS: dict[str, tuple[str, ...]] = {
    "designer": ("user_id",),
    "factory": ("owner_id",),
    "api_token": ("user_id",),
    "consent": ("user_id",),
    "form_token": ("user_id",),
    "notification": ("user_id",),
    "notification_opt_out": ("user_id",),
    "user_session": ("user_id",),
    "second_factor": ("user_id",),
    "recovery_code": ("user_id",),
    "portfolio_picture": ("designer_id",),
    "brief": ("designer_id",),
    "brief_file": ("brief_id",),
    "recommendation": ("brief_id",),
    "recommendation_entry": ("recommendation_id",),
    "team": ("brief_id",),
    "team_member": ("team_id",),
    "quote_request": ("brief_id", "factory_id"),
    "quote": ("request_id",),
    "case": ("request_id",),
    "message": ("author_id",),
    "order": ("designer_id",),
    "order_line": ("order_id", "factory_id"),
    "terms": ("order_id",),
    "terms_confirmation": ("user_id",),
    "order_event": ("actor_id",),
    "delivery": ("line_id",),
    "line_reopening": ("line_id",),
    "payment_part": ("line_id",),
    "capacity_booking": ("order_line_id",),
    "review": ("author_id",),
    "asking_stop": ("designer_id",),
    "past_order": ("designer_id",),
    "factory_capability": ("factory_id",),
    "factory_certificate": ("factory_id",),
    "factory_exposure": ("factory_id",),
    "factory_fact": ("factory_id",),
    "factory_identity": ("factory_id",),
    "factory_rate": ("factory_id",),
    "capacity_week": ("factory_id",),
    "listing_draft": ("factory_id",),
    "registration_photo": ("factory_id",),
    "mandate": ("factory_id",),
    "pulse": ("factory_id",),
    "tip": ("factory_id",),
    "visit": ("factory_id",),
    "claim": ("user_id", "factory_id"),
    "registry_row": ("factory_id",),
    "factory_check": ("factory_id",),
    "moderation": ("factory_id", "designer_id"),
}
# Tables about nobody in particular, or about what staff did.
NOBODYS = frozenset(
    "approval audit_entry audit_seal case_hold case_note district district_state duplicate_proposal duplicate_search"
    " factory_change import_work indicator_snapshot installation merge neighbourhood ranker_artifact"
    " ranking_setting registry_import registry_mapping sign_in_failure statistic".split()
)


def table(name: str) -> Table:
    return Base.metadata.tables[name]


@cache
def _parents(name: str) -> tuple[tuple[str, str], ...]:
    """Columns by which a row is somebody's, each with the table it leads to."""
    columns = (table(name).c[column] for column in BELONGS[name])
    return tuple((column.name, next(iter(column.foreign_keys)).column.table.name) for column in columns)


def is_of(name: str, user_id: int) -> ColumnElement[bool]:
    """The rows of this table that are the person's."""
    if name == "user":
        return table("user").c.id == user_id
    rows = table(name)
    found = [
        rows.c[column] == user_id if parent == "user" else rows.c[column].in_(_ids(parent, user_id))
        for column, parent in _parents(name)
    ]
    return or_(false(), *found)


def _ids(name: str, user_id: int):  # type: ignore[no-untyped-def]  # a select of one column
    return select(table(name).c.id).where(is_of(name, user_id))
