"""What people tap: the words on buttons, the phrases that stand for a sentence, and what the next page answers."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from models.order import EventKind, OrderStatus

K = EventKind
OTHER = "other"

# The words on the button of a move.
BUTTONS = {
    K.SAMPLE_SENT: lazy_gettext("I have sent the sample"),
    K.SAMPLE_REJECTED: lazy_gettext("Ask for another sample"),
    K.SAMPLE_APPROVED: lazy_gettext("Yes, the sample is right"),
    K.CONFIRMED: lazy_gettext("Confirm the order"),
    K.STARTED: lazy_gettext("I have begun"),
    K.STAGE_HANDED_OVER: lazy_gettext("I have passed them on"),
    K.PIECES_COUNTED: lazy_gettext("That many came"),
    K.DELAY_REPORTED: lazy_gettext("Tell them it gets later"),
    K.PART_DELIVERED: lazy_gettext("I have handed over some"),
    K.DELIVERED: lazy_gettext("I have handed over everything"),
    K.INSPECTION_STARTED: lazy_gettext("I have begun to inspect"),
    K.REWORK_ASKED: lazy_gettext("Ask them to put it right"),
    K.ACCEPTED: lazy_gettext("They are right. I accept them"),
    K.PAYMENT_REPORTED: lazy_gettext("I have sent it"),
    K.PAYMENT_RECEIVED: lazy_gettext("It has come in"),
    K.SETTLED: lazy_gettext("Close the order"),
    K.LINE_DROPPED: lazy_gettext("Drop out of this work"),
    K.NOTED: lazy_gettext("Leave a note"),
    K.CANCELLED: lazy_gettext("Call the order off"),
    K.DISPUTED: lazy_gettext("Tell the centre of a problem"),
    K.DISPUTE_ENDED: lazy_gettext("Decide like this"),
}

# What opens the fields of a move that is folded away; others open with the words of their button.
SUMMARIES = {
    K.SAMPLE_REJECTED: lazy_gettext("No, something has to change"),
    K.REWORK_ASKED: lazy_gettext("No, something has to be put right"),
    K.PART_DELIVERED: lazy_gettext("Only some of them"),
    K.DELAY_REPORTED: lazy_gettext("It will be later"),
    K.DISPUTED: lazy_gettext("There is a problem we cannot solve"),
}

# What the next page says after a move was made, on top.
DONE = {
    K.SAMPLE_SENT: lazy_gettext("We told the designer that the sample is on its way."),
    K.SAMPLE_REJECTED: lazy_gettext("We asked the factory for another sample."),
    K.SAMPLE_APPROVED: lazy_gettext("We told the factory that the sample is right. Now the agreement."),
    K.CONFIRMED: lazy_gettext("The order is confirmed."),
    K.STARTED: lazy_gettext("We told the designer that you have begun."),
    K.STAGE_HANDED_OVER: lazy_gettext("We told the next factory to count them."),
    K.PIECES_COUNTED: lazy_gettext("Your count is written down."),
    K.DELAY_REPORTED: lazy_gettext("We told them the new day. Your days moved with it."),
    K.PART_DELIVERED: lazy_gettext("We told the designer that some are on their way."),
    K.DELIVERED: lazy_gettext("We told the designer that everything is handed over."),
    K.INSPECTION_STARTED: lazy_gettext("The factory sees that you are inspecting."),
    K.REWORK_ASKED: lazy_gettext("We asked the factory to put it right."),
    K.ACCEPTED: lazy_gettext("We told the factory that you accept the pieces."),
    K.PAYMENT_REPORTED: lazy_gettext("We told the factory that the money is on its way."),
    K.PAYMENT_RECEIVED: lazy_gettext("The payment is confirmed."),
    K.SETTLED: lazy_gettext("The order is closed."),
    K.LINE_DROPPED: lazy_gettext("The others know that this place is open again."),
    K.LINE_REPLACED: lazy_gettext("The open place is filled."),
    K.NOTED: lazy_gettext("Your note is below."),
    K.CANCELLED: lazy_gettext("The order is called off. Days that were not worked are free again."),
    K.DISPUTED: lazy_gettext("The centre knows and calls you."),
    K.DISPUTE_ENDED: lazy_gettext("Both sides know how it goes on."),
}

# What can be said with one tap. The other side reads these words, in the language of the site.
_MAKING_FAULTS = {
    "size": lazy_gettext("Measurements"),
    "colour": lazy_gettext("Colour"),
    "sewing": lazy_gettext("Sewing"),
    OTHER: lazy_gettext("Something else"),
}
PHRASES: dict[EventKind, dict[str, Any]] = {
    K.SAMPLE_REJECTED: _MAKING_FAULTS,
    K.REWORK_ASKED: _MAKING_FAULTS | {"missing": lazy_gettext("Pieces are missing")},
    K.DELAY_REPORTED: {
        "fabric": lazy_gettext("The fabric came late"),
        "before": lazy_gettext("The step before is late"),
        "people": lazy_gettext("Hands are missing"),
        "machine": lazy_gettext("A machine is down"),
        OTHER: lazy_gettext("Something else"),
    },
    K.LINE_DROPPED: {
        "people": lazy_gettext("Hands are missing"),
        "machine": lazy_gettext("A machine is down"),
        OTHER: lazy_gettext("Something else"),
    },
    K.CANCELLED: {
        "date": lazy_gettext("The day cannot be kept"),
        "fabric_gone": lazy_gettext("The fabric is not to be had"),
        "plan": lazy_gettext("The plan has changed"),
        OTHER: lazy_gettext("Something else"),
    },
    K.DISPUTED: {
        "payment": lazy_gettext("The money does not come"),
        "quality": lazy_gettext("We disagree on how it was made"),
        "silence": lazy_gettext("They do not answer"),
        OTHER: lazy_gettext("Something else"),
    },
}

DISPUTE_ENDS = {
    OrderStatus.SAMPLING: lazy_gettext("Go on with the sample"),
    OrderStatus.SAMPLE_APPROVED: lazy_gettext("Go on with the agreement"),
    OrderStatus.CONFIRMED: lazy_gettext("Go on as agreed"),
    OrderStatus.IN_PRODUCTION: lazy_gettext("Go on making"),
    OrderStatus.DELIVERED: lazy_gettext("Go on inspecting, ten days from today"),
    OrderStatus.INSPECTING: lazy_gettext("Go on inspecting, ten days from today"),
    OrderStatus.REWORK: lazy_gettext("The factory puts it right"),
    OrderStatus.ACCEPTED: lazy_gettext("The pieces count as accepted"),
    OrderStatus.CANCELLED: lazy_gettext("The order ends here"),
}
