"""Hard limits: each rule answers yes, no or unknown for a factory, and only a known no excludes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from recommender.capacity import DAY_HUNDREDTHS, free_hundredths, needed_hundredths
from recommender.price import SEWING_ASSEMBLY, SEWING_STAGE, price_bounds
from recommender.reasons import reason
from recommender.types import Answer, BriefFeatures, FactoryFeatures, Reason, Stated

#: A check by staff counts for a year (a rule of this platform).
VERIFICATION_LASTS = timedelta(days=365)


def all_of(answers: list[Answer]) -> Answer:
    """Conjunction of three-valued answers (Kleene): one no is a no, else one unknown is an unknown."""
    if Answer.NO in answers:
        return Answer.NO
    return Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.YES


def _known(is_true: bool) -> Answer:
    return Answer.YES if is_true else Answer.NO


def stated_answer(stated: Stated, code: str) -> Answer:
    """What a list says about a code; a complete list with nothing on it says nothing."""
    if stated.is_complete and not stated.has and code not in stated.has_not:
        return Answer.UNKNOWN
    return stated.answer(code)


class Rule(ABC):
    """One hard limit. ``why_not`` has something to say exactly on a no, ``questions`` exactly on an unknown."""

    name: ClassVar[str]

    def __init__(self, stage_of: Mapping[str, str]) -> None:
        self.stage_of = stage_of

    @abstractmethod
    def answer(self, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        """Whether the factory keeps this limit."""

    def why_not(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        """Reasons that exclude; empty unless the answer is no."""
        return self._refusals(brief, factory) if self.answer(brief, factory) is Answer.NO else ()

    def questions(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        """What to ask the factory; empty unless the answer is unknown."""
        return self._doubts(brief, factory) if self.answer(brief, factory) is Answer.UNKNOWN else ()

    @abstractmethod
    def _refusals(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]: ...

    def _doubts(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        return ()


class Active(Rule):
    """The factory is in business and listed."""

    name = "active"

    def answer(self, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        return _known(factory.is_active)

    def _refusals(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        return (reason("inactive"),)


class MakesItem(Rule):
    """The factory makes the item. Broader words (a category, "woven") prove nothing and exclude nothing."""

    name = "item"

    def answer(self, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        return stated_answer(factory.items, brief.item)

    def _refusals(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        return (reason("item_not_made", item=brief.item),)

    def _doubts(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        return (reason("ask_item", item=brief.item),)


class DoesProcesses(Rule):
    """The factory does every asked process.

    A stage without its processes leaves each of them unknown; a process proves its stage; a stage that is known to be
    missing excludes its processes unless they are stated themselves. Any process of the stage ``sewing`` is sewing
    assembly.
    """

    name = "processes"

    def __init__(self, stage_of: Mapping[str, str]) -> None:
        super().__init__(stage_of)
        self._stages = frozenset(stage_of.values()) - stage_of.keys()

    def answer(self, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        return all_of([self.answer_one(process, factory) for process in brief.processes])

    def answer_one(self, process: str, factory: FactoryFeatures) -> Answer:
        """The answer for one process or, where a whole stage is asked by its code, for that stage."""
        if process in self._stages:
            return Answer.YES if self._proves(process, factory) else stated_answer(factory.stages, process)
        if process == SEWING_ASSEMBLY and self._proves(SEWING_STAGE, factory):
            return Answer.YES
        answer = stated_answer(factory.processes, process)
        if answer is not Answer.UNKNOWN or process not in self.stage_of:
            return answer
        stage = stated_answer(factory.stages, self.stage_of[process])
        return Answer.NO if stage is Answer.NO else Answer.UNKNOWN

    def _proves(self, stage: str, factory: FactoryFeatures) -> bool:
        return any(self.stage_of.get(process) == stage for process in factory.processes.has)

    def _with(self, wanted: Answer, brief: BriefFeatures, factory: FactoryFeatures) -> list[str]:
        return [code for code in sorted(brief.processes) if self.answer_one(code, factory) is wanted]

    def _refusals(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        return tuple(reason("process_missing", process=code) for code in self._with(Answer.NO, brief, factory))

    def _doubts(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        return tuple(reason("ask_process", process=code) for code in self._with(Answer.UNKNOWN, brief, factory))


class MinimumQuantity(Rule):
    """The asked quantity is at least the factory's minimum."""

    name = "minimum_quantity"

    def answer(self, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        minimum = factory.minimum_order_quantity
        return Answer.UNKNOWN if minimum is None else _known(minimum <= brief.quantity)

    def _refusals(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        minimum = factory.minimum_order_quantity
        return (reason("below_minimum", minimum_order_quantity=minimum, quantity=brief.quantity),)

    def _doubts(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        return (reason("ask_minimum_order_quantity", quantity=brief.quantity),)


class FreeDays(Rule):
    """Enough free factory-days lie inside the window, at the factory's own rate.

    Stated weeks that suffice are a yes. Days nobody has spoken about count as free when a no is at stake, one
    factory-day each: a guess never excludes.
    """

    name = "free_days"

    def answer(self, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        needed = needed_hundredths(brief, factory, self.stage_of)
        if needed is None or factory.free_weeks is None:
            return Answer.UNKNOWN
        free, unknown_days = free_hundredths(brief, factory)
        if free >= needed:
            return Answer.YES
        return Answer.UNKNOWN if free + DAY_HUNDREDTHS * unknown_days >= needed else Answer.NO

    def _refusals(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        needed, free = needed_hundredths(brief, factory, self.stage_of), free_hundredths(brief, factory)[0]
        return (reason("no_free_days", needed_hundredths=needed, free_hundredths=free, needed_by=brief.needed_by),)

    def _doubts(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        needed = needed_hundredths(brief, factory, self.stage_of)
        asked = () if needed is not None else (reason("ask_rate", item=brief.item, quantity=brief.quantity),)
        if needed is not None and factory.free_weeks is not None and free_hundredths(brief, factory)[0] >= needed:
            return asked
        window = {"starts_on": brief.starts_on, "needed_by": brief.needed_by}
        return (*asked, reason("ask_free_days", needed_hundredths=needed, **window))


class WorkingTime(Rule):
    """The factory's lead time fits between the first possible day and the needed day."""

    name = "working_time"

    def answer(self, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        days = (brief.needed_by - brief.starts_on).days
        if days < 0:
            return Answer.NO
        return Answer.UNKNOWN if factory.lead_time_days is None else _known(factory.lead_time_days <= days)

    def _refusals(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        days = (brief.needed_by - brief.starts_on).days
        return (reason("too_little_time", lead_time_days=factory.lead_time_days, days=days),)

    def _doubts(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        return (reason("ask_lead_time", days=(brief.needed_by - brief.starts_on).days),)


class PriceFloor(Rule):
    """The factory's lowest price does not pass the budget on the same basis; without a budget nothing is asked."""

    name = "price_floor"

    def answer(self, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        budget = brief.budget_per_piece_krw
        if budget is None:
            return Answer.YES
        low, high = price_bounds(brief, factory, self.stage_of)
        if low is not None and low > budget:
            return Answer.NO
        return Answer.YES if high is not None and high <= budget else Answer.UNKNOWN

    def _refusals(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        prices = {"price_floor_krw": factory.price_floor_krw, "budget_per_piece_krw": brief.budget_per_piece_krw}
        return (reason("over_budget", **prices),)

    def _doubts(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        budget = brief.budget_per_piece_krw
        if factory.price_floor_krw is None:
            return (reason("ask_price_floor", budget_per_piece_krw=budget),)
        floor = factory.price_floor_krw
        return (reason("ask_price_basis", price_floor_krw=floor, budget_per_piece_krw=budget),)


class Certificates(Rule):
    """Every asked certificate is held on the first possible day; one that has already run out is a known no."""

    name = "certificates"

    def answer(self, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        return all_of([self.answer_one(code, brief, factory) for code in brief.certificates])

    def answer_one(self, code: str, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        """The answer for one certificate; no end date means that it does not run out."""
        if code not in factory.certificates_until:
            return Answer.UNKNOWN
        until = factory.certificates_until[code]
        if until is None or until >= brief.starts_on:
            return Answer.YES
        return Answer.UNKNOWN if until >= brief.as_of else Answer.NO

    def _with(self, wanted: Answer, brief: BriefFeatures, factory: FactoryFeatures) -> list[str]:
        return [code for code in sorted(brief.certificates) if self.answer_one(code, brief, factory) is wanted]

    def _refusals(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        expired, until = self._with(Answer.NO, brief, factory), factory.certificates_until
        return tuple(reason("certificate_expired", certificate=code, until=until[code]) for code in expired)

    def _doubts(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        return tuple(reason("ask_certificate", certificate=code) for code in self._with(Answer.UNKNOWN, brief, factory))


class Verified(Rule):
    """Staff checked the factory within a year, if the brief asks for it."""

    name = "verified"

    def answer(self, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        if not brief.verified_only:
            return Answer.YES
        return _known(is_verified(brief, factory))

    def _refusals(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        return (reason("not_verified", verified_on=factory.verified_on),)


def is_verified(brief: BriefFeatures, factory: FactoryFeatures) -> bool:
    """Whether a check by staff is on record that has not lapsed on the day of the brief."""
    return factory.verified_on is not None and brief.as_of - factory.verified_on <= VERIFICATION_LASTS


RULES: tuple[type[Rule], ...] = (
    Active,
    MakesItem,
    DoesProcesses,
    MinimumQuantity,
    FreeDays,
    WorkingTime,
    PriceFloor,
    Certificates,
    Verified,
)


class Feasibility:
    """The conjunction of all rules.

    Parameters
    ----------
    stage_of : mapping of str to str
        Process code to stage code.
    """

    def __init__(self, stage_of: Mapping[str, str]) -> None:
        self.rules = tuple(rule(stage_of) for rule in RULES)

    def answer(self, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        """Yes, no or unknown over all rules; stops at the first no."""
        answer = Answer.YES
        for rule in self.rules:
            given = rule.answer(brief, factory)
            if given is Answer.NO:
                return given
            answer = given if given is Answer.UNKNOWN else answer
        return answer

    def failing(self, brief: BriefFeatures, factory: FactoryFeatures) -> frozenset[str]:
        """Names of the rules that answer no."""
        return frozenset(rule.name for rule in self.rules if rule.answer(brief, factory) is Answer.NO)

    def why_not(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        """Every reason that excludes the factory."""
        return tuple(reason for rule in self.rules for reason in rule.why_not(brief, factory))

    def questions(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        """Everything that is unknown and must be asked."""
        return tuple(reason for rule in self.rules for reason in rule.questions(brief, factory))
