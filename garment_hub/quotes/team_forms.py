"""A chain of factories as a table of rows: who does what, how many, from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import FieldList, FormField, SelectField
from wtforms.fields.choices import SelectChoice

from garment_hub.forms import BaseForm, ChoiceField, ChoicesField, DateField, TextField, TokenForm, WholeNumberField
from garment_hub.labels import term
from garment_hub.quotes import wording
from garment_hub.quotes.forms import LARGEST_PIECES
from garment_hub.quotes.proposals import Proposal
from garment_hub.quotes.teams import MOST_PLACES, Place, complaints
from models.brief import Brief
from models.team import Team
from models.vocabulary import stage_of

LARGEST_ID = 2**31 - 1
STEPS = range(1, MOST_PLACES + 1)


def _id_or_none(value: object) -> int | None:
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 11 and int(text) <= LARGEST_ID else None


def _step_or_none(value: object) -> int | None:
    return next((number for number in STEPS if str(number) == str(value)), None)


class PlaceForm(BaseForm):
    """One row; a row without a factory is not used."""

    step = SelectField(
        lazy_gettext("Step"),
        coerce=_step_or_none,
        validate_choice=False,
        choices=[SelectChoice(number, str(number)) for number in STEPS],
    )
    factory_id = SelectField(lazy_gettext("Factory"), coerce=_id_or_none, validate_choice=False, choices=[])
    processes = ChoicesField(lazy_gettext("Work"))
    quantity = WholeNumberField(lazy_gettext("Pieces"), maximum=LARGEST_PIECES)
    starts_on = DateField(lazy_gettext("From"))
    due_on = DateField(lazy_gettext("Until"))

    def validate(self, extra_validators: Any = None) -> bool:
        if self.factory_id.data is None:
            return True
        is_valid = super().validate(extra_validators)
        for field in (self.step, self.quantity, self.starts_on, self.due_on):
            if field.data is None and not field.errors:
                field.errors = [_("Please fill this in.")]
        return is_valid and not self.errors


class TeamForm(TokenForm):
    places = FieldList(FormField(PlaceForm), min_entries=MOST_PLACES, max_entries=MOST_PLACES)
    lead = ChoiceField(lazy_gettext("Speaks for the team"), choices=[(str(n), str(n + 1)) for n in range(MOST_PLACES)])
    name = TextField(lazy_gettext("A factory that is not in the boxes"))

    def __init__(self, *args: Any, brief: Brief, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.brief, self.today = brief, today
        for row in self.rows:
            row.processes.choices = [(code, term(code, "process")) for code in brief.processes]

    @property
    def rows(self) -> list[PlaceForm]:
        return [entry.form for entry in self.places]

    @property
    def used(self) -> list[PlaceForm]:
        return [row for row in self.rows if row.factory_id.data is not None]

    def offer_factories(self, pairs: Sequence[tuple[int, str]]) -> None:
        """The factories to choose from, by id and name."""
        for row in self.rows:
            row.factory_id.choices = [SelectChoice("", "–"), *(SelectChoice(key, name) for key, name in pairs)]

    def is_readable(self) -> bool:
        """Whether every field holds what it can read; says so beside those that do not. Nothing else is asked yet."""
        for field in (field for row in self.rows for field in row):
            field.errors = list(field.process_errors)
        return not any(row.errors for row in self.rows)

    def validate(self, extra_validators: Any = None) -> bool:
        if super().validate(extra_validators):
            self._complain()
        self.places.errors = [row.errors for row in self.rows] if any(row.errors for row in self.rows) else []
        return not self.errors

    def _complain(self) -> None:
        for found in complaints(self.brief, self.chain, self.today):
            words = wording.complaint(found)
            if found.place is not None:
                field = self.used[found.place][found.column]
                field.errors = [*field.errors, words]
            elif found.column:
                self.lead.errors = [*self.lead.errors, words]
            else:
                self.form_errors.append(words)

    @property
    def chain(self) -> list[Place]:
        """The rows that are used; only of a form whose fields are filled."""
        return [
            Place(
                position=row.step.data or 0,
                factory_id=row.factory_id.data,
                processes=tuple(row.processes.data or ()),
                quantity=row.quantity.data or 0,
                starts_on=row.starts_on.data or date.min,
                due_on=row.due_on.data or date.min,
                is_lead=self.lead.data == str(number),
            )
            for number, row in enumerate(self.rows)
            if row.factory_id.data is not None
        ]


def proposed_rows(proposal: Proposal) -> dict[str, Any]:
    """The table filled with a proposed chain."""
    return {"places": _filled(proposal.rows()), "lead": proposal.lead}


def first_rows(brief: Brief, team: Team | None) -> dict[str, Any]:
    """What the table starts with: the last chain, else the brief's work stage by stage."""
    if team is not None:
        rows = [
            {
                "step": member.position,
                "factory_id": member.factory_id,
                "processes": member.processes,
                "quantity": member.quantity,
                "starts_on": member.starts_on,
                "due_on": member.due_on,
            }
            for member in team.members
        ]
        lead = next((str(number) for number, member in enumerate(team.members) if member.is_lead), None)
        return {"places": _filled(rows), "lead": lead}
    stages: dict[str, list[str]] = {}
    for code in brief.processes:
        stage = stage_of().get(code, code)
        # More stages than rows: the last row takes what is left.
        stages.setdefault(stage if stage in stages or len(stages) < MOST_PLACES else list(stages)[-1], []).append(code)
    rows = [
        {"step": number, "processes": codes, "quantity": brief.quantity}
        for number, codes in enumerate(stages.values(), 1)
    ]
    return {"places": _filled(rows), "lead": None}


def _filled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blank rows after the given ones, each a step further."""
    last = rows[-1]["step"] if rows else 0
    return rows + [{"step": min(last + number, MOST_PLACES)} for number in range(1, MOST_PLACES - len(rows) + 1)]
