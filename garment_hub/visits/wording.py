"""Why a factory is worth a visit, in words."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from garment_hub.visits.reasons import Reason, Why


def reason_words(reason: Reason) -> str:
    number = reason.number
    match reason.why:
        case Why.REQUESTS:
            text = ngettext(
                "%(num)s request waits, and it is nobody's", "%(num)s requests wait, and it is nobody's", number
            )
        case Why.CLAIM:
            text = _("Somebody says it is theirs")
        case Why.SILENT:
            text = ngettext("No word for %(num)s week", "No word for %(num)s weeks", number)
        case Why.NEVER:
            text = _("Nobody ever said whether what stands here is right")
        case Why.CHECK:
            text = _("Its registration has to be looked at")
    return str(text)
