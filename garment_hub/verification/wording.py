"""Words for steps, risks, reasons to be checked, and what the tax office says."""

from __future__ import annotations

from flask_babel import lazy_gettext

from garment_hub.verification.queries import Due
from garment_hub.verification.rule import Risk
from models.verification import CheckStep, TaxState

STEPS = {
    CheckStep.APPLIED: lazy_gettext("Asked to be checked"),
    CheckStep.DOCUMENT: lazy_gettext("Papers looked at"),
    CheckStep.VISIT: lazy_gettext("Visited in person"),
    CheckStep.CALL: lazy_gettext("Reached by telephone"),
}
TAX = {
    TaxState.ACTIVE: lazy_gettext("in business"),
    TaxState.SUSPENDED: lazy_gettext("business suspended"),
    TaxState.CLOSED: lazy_gettext("business closed"),
    TaxState.UNKNOWN: lazy_gettext("number not known there"),
}
RISKS = {
    Risk.TAX_NOT_ACTIVE: lazy_gettext("The tax office does not call this business active"),
    Risk.NUMBER_SHARED: lazy_gettext("Another factory has the same business number"),
    Risk.NO_NUMBER: lazy_gettext("It has no business number"),
    Risk.DISPUTE: lazy_gettext("An order was disputed within a year"),
    Risk.CHECK_FAILED: lazy_gettext("Something was not right at the last check"),
    Risk.NOT_HEARD_OF: lazy_gettext("Nobody has confirmed the listing for half a year"),
}
DUE = {
    Due.APPLIED: lazy_gettext("Asked to be checked"),
    Due.RISK: lazy_gettext("Look twice"),
    Due.EXPIRED: lazy_gettext("Twelve months are over"),
    Due.SOON: lazy_gettext("Runs out within 60 days"),
    Due.NEVER: lazy_gettext("Never checked"),
    Due.CHECKED: lazy_gettext("Checked"),
}
