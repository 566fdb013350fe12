"""The form for a new version of the weights, and the one that puts a version in use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField
from wtforms.validators import ValidationError

from garment_hub.forms import BaseForm, ChoiceField, LongTextField, TextField, TokenForm, WholeNumberField
from garment_hub.recommendations import sentences
from garment_hub.recommendations.points import whole_points
from garment_hub.recommendations.settings import DEFAULT_FAIR_TURN, MOST_FAIR_TURN
from models.ranking_setting import RankingSetting

WHOLE = 100
OWN = "own"
#: Strengths of the turn that are offered by name.
STRENGTHS = {"0": 0.0, "usual": DEFAULT_FAIR_TURN, "stronger": 2 * DEFAULT_FAIR_TURN}
PARTS = tuple(sentences.PART_EXPLANATIONS)
LONGEST_REASON = 500
_POINTS = re.compile(r"[0-9]{1,3}([.,][0-9]{1,4})?")


def _reason_field() -> LongTextField:
    return LongTextField(
        lazy_gettext("Why do you change it?"),
        required=lazy_gettext("Please write why. It stays beside the change for everybody who checks it."),
        longest=LONGEST_REASON,
    )


def _part_field(part: str) -> WholeNumberField:
    missing = lazy_gettext("Please write the points. 0 means that it does not count.")
    return WholeNumberField(sentences.PART_NAMES[part], required=missing, minimum=0, maximum=WHOLE)


class PointsField(TextField):
    """Points with up to four decimals, written with a point or a comma."""

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data is None:
            return
        text = unicodedata.normalize("NFKC", self.data)
        if not _POINTS.fullmatch(text) or self.points > WHOLE * MOST_FAIR_TURN:
            most = f"{WHOLE * MOST_FAIR_TURN:g}"
            raise ValidationError(_("Please write points from 0 to %(most)s, for example 0.4.", most=most))

    @property
    def points(self) -> float:
        """Only after the text was found to be points."""
        return float(unicodedata.normalize("NFKC", self.data).replace(",", "."))


class RankingForm(TokenForm):
    """Nine whole points that add up to 100, the strength of the turn, the labelled place, and why."""

    specialty = _part_field("specialty")
    capacity_fit = _part_field("capacity_fit")
    history = _part_field("history")
    continuity = _part_field("continuity")
    reliability = _part_field("reliability")
    quality = _part_field("quality")
    acceptance = _part_field("acceptance")
    nearness = _part_field("nearness")
    price_fit = _part_field("price_fit")
    turn = ChoiceField(
        lazy_gettext("How much should factories that were shown often make room?"),
        required=lazy_gettext("Please choose one."),
        choices=[
            ("0", lazy_gettext("Not at all")),
            ("usual", lazy_gettext("A little (the usual 0.4 points)")),
            ("stronger", lazy_gettext("Twice as much (0.8 points)")),
            (OWN, lazy_gettext("I write it myself")),
        ],
    )
    fair_turn = PointsField(lazy_gettext("Points taken off for once at the top of a list"))
    has_labelled_place = BooleanField(lazy_gettext("Show one factory that was rarely shown beside the best five"))
    reason = _reason_field()

    @property
    def part_fields(self) -> list[WholeNumberField]:
        return [self[part] for part in PARTS]

    @property
    def total(self) -> int:
        """Of the points that could be read."""
        return sum(field.data or 0 for field in self.part_fields)

    @property
    def weights(self) -> dict[str, float]:
        return {part: self[part].data / WHOLE for part in PARTS}

    @property
    def strength(self) -> float:
        return self.fair_turn.points / WHOLE if self.turn.data == OWN else STRENGTHS[self.turn.data]

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        is_valid: bool = super().validate(extra_validators)
        if not self.fair_turn.errors and (complaint := self._strength_complaint()):
            self.fair_turn.errors = [complaint]
            is_valid = False
        if not any(field.errors for field in self.part_fields) and self.total != WHOLE:
            self.form_errors.append(sum_sentence(self.total))
            is_valid = False
        return is_valid

    def _strength_complaint(self) -> str | None:
        is_own, is_written = self.turn.data == OWN, self.fair_turn.data is not None
        if is_own and not is_written:
            return str(_("Please write the points, for example 0.4."))
        if is_written and not is_own:
            return str(_("These points count only with the last of the choices above. Choose it, or empty this."))
        return None

    def fill(self, setting: RankingSetting) -> None:
        """Start from the version in use; only the reason is left to write."""
        for part, points in whole_points(setting.weights).items():
            self[part].data = points
        named = {strength: name for name, strength in STRENGTHS.items()}
        self.turn.data = named.get(setting.fair_turn, OWN)
        self.fair_turn.data = f"{WHOLE * setting.fair_turn:g}" if self.turn.data == OWN else None
        self.has_labelled_place.data = setting.has_labelled_place


def sum_sentence(total: int) -> str:
    """By how much the nine are off."""
    if total > WHOLE:
        return str(_("The points add up to %(total)s. Take %(off)s away.", total=total, off=total - WHOLE))
    return str(_("The points add up to %(total)s. Add %(off)s more.", total=total, off=WHOLE - total))


class UseForm(BaseForm):
    """Why a version that exists is put in use."""

    reason = _reason_field()
