"""Requests to a second person in words: what is asked, about what, and how it stands."""

from __future__ import annotations

from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from garment_hub.approvals.queries import is_open
from garment_hub.labels import number
from models.approval import GRANT_LASTS, Approval, ApprovalKind

KINDS = {
    ApprovalKind.DELETION: lazy_gettext("Delete what is kept of a factory"),
    ApprovalKind.WEIGHTS: lazy_gettext("New points for the ranking"),
    ApprovalKind.BULK_EXPORT: lazy_gettext("Take many contacts along"),
}
# What somebody who agrees sets going.
EFFECTS = {
    ApprovalKind.DELETION: lazy_gettext(
        "Name, telephone, address and everything told go for good. Orders stay without them."
    ),
    ApprovalKind.WEIGHTS: lazy_gettext("Every new list of this district follows the new points."),
    ApprovalKind.BULK_EXPORT: lazy_gettext("Contacts leave this site as a file, once."),
}
DAYS = GRANT_LASTS.days


def about(approval: Approval) -> str:
    """Which thing it is, by number: names would stay when the thing is gone."""
    if approval.kind is ApprovalKind.BULK_EXPORT:
        return str(_("%(count)s rows with contacts", count=number(approval.values.get("count", 0))))
    if approval.kind is ApprovalKind.WEIGHTS:
        return str(_("Version %(version)s", version=approval.values.get("version", approval.subject_id)))
    return str(_("Factory number %(number)s", number=approval.subject_id))


def address(approval: Approval) -> str:
    """Where the thing stands, and where a grant is made use of."""
    district = approval.district.code
    if approval.kind is ApprovalKind.BULK_EXPORT:
        return url_for("registry.export_form", district=district)
    if approval.kind is ApprovalKind.WEIGHTS:
        return url_for("recommendations.setting", setting_id=approval.subject_id)
    return url_for("privacy.deletion", factory_id=approval.subject_id, district=district)


def standing(approval: Approval, now: datetime) -> str:
    """How it ended, or what is left to do."""
    if approval.decided_at is None:
        return str(_("waits"))
    if not approval.is_granted:
        return str(_("refused"))
    if approval.used_at is not None:
        return str(_("allowed and done"))
    return str(_("allowed, not done yet") if is_open(approval, now) else _("allowed, but the seven days are over"))
