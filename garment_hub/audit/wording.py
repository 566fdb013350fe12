"""Entries of the record as plain sentences: who did what to which thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from garment_hub.labels import number
from models.audit import AuditAction, AuditEntry

# What was done, as a heading or a choice.
ACTIONS: Mapping[AuditAction, Any] = {
    AuditAction.DRAWING_SEEN: lazy_gettext("Looked at a drawing"),
    AuditAction.CASE_READ: lazy_gettext("Read a conversation"),
    AuditAction.ANSWERED_FOR_OWNER: lazy_gettext("Answered a request for an owner"),
    AuditAction.SAMPLE_WAIVED: lazy_gettext("Ordered without a sample"),
    AuditAction.DISPUTE_ENDED: lazy_gettext("Ended a dispute"),
    AuditAction.ASKING_ALLOWED: lazy_gettext("Let somebody ask again"),
    AuditAction.REVIEW_CLEARED: lazy_gettext("Let a review count"),
    AuditAction.RANKING_CHANGED: lazy_gettext("Put points of the ranking in use"),
    AuditAction.RANKING_PROPOSED: lazy_gettext("Proposed points of the ranking"),
    AuditAction.SIGN_IN_SHOWN: lazy_gettext("Showed an owner's sign-in code"),
    AuditAction.MANDATE_GIVEN: lazy_gettext("Wrote down that the centre may act"),
    AuditAction.MANDATE_ENDED: lazy_gettext("Ended that the centre may act"),
    AuditAction.CHANGED_FOR_OWNER: lazy_gettext("Changed a page for an owner"),
    AuditAction.CLAIM_DECIDED: lazy_gettext("Decided whose factory it is"),
    AuditAction.REGISTRATION_SEEN: lazy_gettext("Looked at a business registration"),
    AuditAction.FACTORIES_MERGED: lazy_gettext("Merged two factories"),
    AuditAction.MERGE_UNDONE: lazy_gettext("Parted merged factories"),
    AuditAction.FACTORY_VERIFIED: lazy_gettext("Checked a factory"),
    AuditAction.DESIGNER_CHECKED: lazy_gettext("Checked a designer"),
    AuditAction.IMPORT_STARTED: lazy_gettext("Took a list in"),
    AuditAction.IMPORT_UNDONE: lazy_gettext("Took an import back"),
    AuditAction.CONTACTS_EXPORTED: lazy_gettext("Took contacts along"),
    AuditAction.FIGURES_READ: lazy_gettext("Read figures that are not published"),
    AuditAction.STATISTICS_ADDED: lazy_gettext("Added outside statistics"),
    AuditAction.SNAPSHOT_MADE: lazy_gettext("Closed a month's figures"),
    AuditAction.APPROVAL_ASKED: lazy_gettext("Asked a second person"),
    AuditAction.APPROVAL_DECIDED: lazy_gettext("Decided as a second person"),
    AuditAction.DELETED: lazy_gettext("Deleted something for good"),
    AuditAction.LOG_REVIEWED: lazy_gettext("Looked a month of the record through"),
    AuditAction.ENTRIES_SEARCHED: lazy_gettext("Searched the record"),
    AuditAction.CASE_HANDED_BACK: lazy_gettext("Handed a case back"),
    AuditAction.CASE_NOTED: lazy_gettext("Wrote a note on a case"),
    AuditAction.MODERATED: lazy_gettext("Took a page off, or put it back"),
}
# The same as a sentence of its own.
SENTENCES: Mapping[AuditAction, Any] = {
    AuditAction.DRAWING_SEEN: lazy_gettext("%(who)s looked at a drawing: %(thing)s."),
    AuditAction.CASE_READ: lazy_gettext("%(who)s read a conversation: %(thing)s."),
    AuditAction.ANSWERED_FOR_OWNER: lazy_gettext("%(who)s answered for the owner: %(thing)s."),
    AuditAction.SAMPLE_WAIVED: lazy_gettext("%(who)s ordered without a sample: %(thing)s."),
    AuditAction.DISPUTE_ENDED: lazy_gettext("%(who)s ended a dispute: %(thing)s."),
    AuditAction.ASKING_ALLOWED: lazy_gettext("%(who)s let a designer ask again: %(thing)s."),
    AuditAction.REVIEW_CLEARED: lazy_gettext("%(who)s let a review count: %(thing)s."),
    AuditAction.RANKING_CHANGED: lazy_gettext("%(who)s put points of the ranking in use: %(thing)s."),
    AuditAction.RANKING_PROPOSED: lazy_gettext("%(who)s proposed points of the ranking: %(thing)s."),
    AuditAction.SIGN_IN_SHOWN: lazy_gettext("%(who)s showed the owner's sign-in code: %(thing)s."),
    AuditAction.MANDATE_GIVEN: lazy_gettext("%(who)s wrote down that the centre may act: %(thing)s."),
    AuditAction.MANDATE_ENDED: lazy_gettext("%(who)s ended that the centre may act: %(thing)s."),
    AuditAction.CHANGED_FOR_OWNER: lazy_gettext("%(who)s changed the page for the owner: %(thing)s."),
    AuditAction.CLAIM_DECIDED: lazy_gettext("%(who)s decided whose factory it is: %(thing)s."),
    AuditAction.REGISTRATION_SEEN: lazy_gettext("%(who)s looked at a business registration: %(thing)s."),
    AuditAction.FACTORIES_MERGED: lazy_gettext("%(who)s merged two factories: %(thing)s."),
    AuditAction.MERGE_UNDONE: lazy_gettext("%(who)s parted merged factories: %(thing)s."),
    AuditAction.FACTORY_VERIFIED: lazy_gettext("%(who)s checked a factory: %(thing)s."),
    AuditAction.DESIGNER_CHECKED: lazy_gettext("%(who)s checked a designer: %(thing)s."),
    AuditAction.IMPORT_STARTED: lazy_gettext("%(who)s took a list in: %(thing)s."),
    AuditAction.IMPORT_UNDONE: lazy_gettext("%(who)s took an import back: %(thing)s."),
    AuditAction.CONTACTS_EXPORTED: lazy_gettext("%(who)s took contacts along: %(thing)s."),
    AuditAction.FIGURES_READ: lazy_gettext("%(who)s read figures that are not published: %(thing)s."),
    AuditAction.STATISTICS_ADDED: lazy_gettext("%(who)s added outside statistics: %(thing)s."),
    AuditAction.SNAPSHOT_MADE: lazy_gettext("%(who)s closed a month's figures: %(thing)s."),
    AuditAction.APPROVAL_ASKED: lazy_gettext("%(who)s asked a second person: %(thing)s."),
    AuditAction.APPROVAL_DECIDED: lazy_gettext("%(who)s decided as a second person: %(thing)s."),
    AuditAction.DELETED: lazy_gettext("%(who)s deleted for good: %(thing)s."),
    AuditAction.LOG_REVIEWED: lazy_gettext("%(who)s looked a month of the record through: %(thing)s."),
    AuditAction.ENTRIES_SEARCHED: lazy_gettext("%(who)s searched the record: %(thing)s."),
    AuditAction.CASE_HANDED_BACK: lazy_gettext("%(who)s handed back: %(thing)s."),
    AuditAction.CASE_NOTED: lazy_gettext("%(who)s wrote a note: %(thing)s."),
    AuditAction.MODERATED: lazy_gettext("%(who)s took a page off, or put it back: %(thing)s."),
}
# Tables by the word for one row; others are shown by the word for any.
THINGS: Mapping[str, Any] = {
    "factory": lazy_gettext("factory %(id)s"),
    "designer": lazy_gettext("designer %(id)s"),
    "user": lazy_gettext("person %(id)s"),
    "brief": lazy_gettext("brief %(id)s"),
    "quote_request": lazy_gettext("request %(id)s"),
    "case": lazy_gettext("case %(id)s"),
    "order": lazy_gettext("order %(id)s"),
    "review": lazy_gettext("review %(id)s"),
    "asking_stop": lazy_gettext("late payment %(id)s"),
    "ranking_setting": lazy_gettext("ranking setting %(id)s"),
    "merge": lazy_gettext("merge %(id)s"),
    "registry_import": lazy_gettext("import %(id)s"),
    "approval": lazy_gettext("second person's matter %(id)s"),
    "audit_entry": lazy_gettext("entry %(id)s of this record"),
}
# Codes beside an entry that say more, by their name.
DETAILS: Mapping[str, Callable[[int], str]] = {
    "count": lambda value: str(_("%(count)s rows", count=number(value))),
    "granted": lambda value: str(_("agreed") if value else _("did not agree")),
    "is_hidden": lambda value: str(_("taken off") if value else _("put back")),
    "has_passed": lambda value: str(_("in order") if value else _("not in order")),
    "version": lambda value: str(_("version %(number)s", number=value)),
    "month": lambda value: f"{value // 100}-{value % 100:02d}",
    "kept": lambda value: str(_("%(number)s stays", number=value)),
    "gone": lambda value: str(_("%(number)s goes into it", number=value)),
}


def sentence(entry: AuditEntry) -> str:
    if entry.actor is None:
        return str(_("By itself: %(what)s. %(thing)s", what=ACTIONS[entry.action], thing=thing(entry)))
    return str(SENTENCES[entry.action] % {"who": entry.actor.name, "thing": thing(entry)})


def thing(entry: AuditEntry) -> str:
    """What it was about, with the codes that stand beside it."""
    if entry.subject == "district":
        name = str(_("the whole district"))
    else:
        name = str(THINGS.get(entry.subject, _("entry number %(id)s")) % {"id": entry.subject_id})
    known = [DETAILS[key](value) for key, value in sorted(entry.values.items()) if key in DETAILS]
    return f"{name} ({', '.join(known)})" if known else name
