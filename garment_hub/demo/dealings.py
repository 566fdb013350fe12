"""Orders of the demo sign-ins in every stage, made by the same verbs that the pages use, with days of the past."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from garment_hub.messages import services as messages
from garment_hub.messages.queries import case_of
from garment_hub.orders import reviews, terms
from garment_hub.orders.services import advance, place_order
from garment_hub.quotes import services as quotes
from garment_hub.quotes.teams import Place, build_team, request_team
from models.brief import Brief, BriefStatus, Supplier
from models.capacity import SEOUL
from models.designer import Designer
from models.factory import Factory
from models.notification import Notification
from models.order import EventKind, Order, OrderLine, Party
from models.quote import BalanceRule, DeclineReason, DefectRule, QuoteAnswer, QuoteRequest
from models.user import User

E, P = EventKind, Party
OTHERS = 7  # workshops beside those of the demo owners
WORK = ("cutting", "sewing_assembly", "ironing_finishing")
SIZES = ("S", "M", "L")
COLOURS = ("아이보리", "남색")
SIZE_TABLE = [
    {"part": "가슴둘레", "sizes": {"S": 98, "M": 102, "L": 106}, "tolerance": "±1.0"},
    {"part": "어깨너비", "sizes": {"S": 39, "M": 40, "L": 41}, "tolerance": "±0.5"},
    {"part": "총길이", "sizes": {"S": 64, "M": 65, "L": 66}, "tolerance": "±0.7"},
]
CAUTIONS = ["앞단 스티치 0.2cm, 밑단 말아박기 0.6cm", "시접은 인터록, 옆솔기 가름솔 아님"]
PROMISED = {
    "document": "tax_invoice",
    "account": "예시은행 000-00-000000",
    "deposit_percent": 30,
    "balance": BalanceRule.AFTER_HANDOVER.value,
    "balance_days": 7,
    "tolerance_pieces": 3,
    "defects": DefectRule.REMAKE_OR_DEDUCT.value,
    "price_includes": list(WORK),
}


def complete(body: dict[str, Any], style: str) -> dict[str, Any]:
    """These terms with nothing left blank."""
    full = deepcopy(body)
    each, rest = divmod(full["quantity"], len(SIZES) * len(COLOURS))
    full["assort"] = [{"colour": colour, "sizes": dict.fromkeys(SIZES, each)} for colour in COLOURS]
    full["assort"][0]["sizes"]["M"] += rest
    full |= {"style": style, "size_table": SIZE_TABLE, "cautions": CAUTIONS, "ownership": "designer", "secrecy": True}
    cloth = full["materials"][0]["name"]
    full["materials"] = [
        {"name": cloth, "colour": colour, "use": "요척 1.4마", "by": Supplier.DESIGNER.value} for colour in COLOURS
    ]
    for line in full["lines"]:
        line |= {name: value for name, value in PROMISED.items() if line[name] in (None, [], "")}
    if full["sample"]:
        full["sample"] |= {
            "fee_krw": full["sample"]["fee_krw"] or 0,
            "on": full["sample"]["on"] or full["materials_on"],
        }
    return full


@dataclass(slots=True)
class Story:
    """Lets people deal with each other; ``day`` counts from today, negative ones are over."""

    session: Session
    today: date

    def at(self, day: int, hour: int = 14) -> datetime:
        when = self.today + timedelta(days=day)
        return datetime(when.year, when.month, when.day, hour, 10, tzinfo=SEOUL)

    def brief(self, designer: Designer, day: int, **values: Any) -> Brief:
        said: dict[str, Any] = {
            "item": "shirt_blouse", "category": "womenswear", "fabrics": ["woven"], "processes": list(WORK),
            "quantity": 120, "colours": 2, "sizes": 3, "fabric_by": Supplier.DESIGNER, "trims_by": Supplier.DESIGNER,
            "budget_per_piece_krw": 12_000, "price_includes": list(WORK), "market": "designer_brand",
            "needed_by": self.today + timedelta(days=day + 40), "materials_on": self.today + timedelta(days=day + 7),
        }  # fmt: skip
        at = self.at(day, 9)
        kept = {"created_at": at, "published_at": at, "status": BriefStatus.OPEN}
        brief = Brief(designer=designer, district=designer.district, **(said | values), **kept)
        self.session.add(brief)
        self.session.flush()
        return brief

    def ask(self, brief: Brief, day: int, *factories: Factory) -> list[QuoteRequest]:
        on = self.today + timedelta(days=day)
        asked = quotes.request_quotes(self.session, brief, [factory.id for factory in factories], on)
        self._date(asked, day)
        return asked

    def _date(self, asked: Sequence[QuoteRequest], day: int) -> None:
        for request in asked:
            request.asked_at = self.at(day, 10)

    def yes(self, request: QuoteRequest, day: int, price: int, **said: Any) -> None:
        on = self.today + timedelta(days=day)
        brief, member = request.brief, request.team_member
        ready = member.due_on if member else (brief.needed_by or on) - timedelta(days=4)
        offer: dict[str, Any] = {
            "answer": QuoteAnswer.POSSIBLE, "unit_price_krw": price, "ready_on": ready, "price_includes": list(WORK),
            "sample_fee_krw": 80_000, "sample_on": on + timedelta(days=7), "tolerance_pieces": 3,
            "defects": DefectRule.REMAKE_OR_DEDUCT, "deposit_percent": 30, "balance": BalanceRule.AFTER_HANDOVER,
            "balance_days": 7,
        }  # fmt: skip
        quotes.submit_quote(self.session, request, quotes.Offer(**(offer | said)), _speaker(request.factory), on)
        if request.quote:
            request.answered_at = request.quote.answered_at = self.at(day, 12)

    def no(self, request: QuoteRequest, day: int, reason: DeclineReason, **said: Any) -> None:
        on = self.today + timedelta(days=day)
        quotes.decline(self.session, request, reason, _speaker(request.factory), on, **said)
        request.answered_at = self.at(day, 12)

    def choose(self, asked: Sequence[QuoteRequest], day: int, *, waiver: str | None = None) -> Order:
        chosen = [request.quote for request in asked if request.quote]
        buyer = asked[0].brief.designer.user
        return place_order(self.session, chosen, buyer, self.at(day), waiver=waiver)

    def step(self, order: Order, day: int, kind: EventKind, party: Party, **given: Any) -> None:
        line: OrderLine = given.pop("line", order.lines[0])
        actor = order.designer.user if party is P.DESIGNER else _speaker(line.factory)
        if party is P.FACTORY:
            given["line"] = line
        advance(self.session, order, kind, actor, party, self.at(day, 16), **given)

    def sample(self, order: Order, day: int) -> None:
        self.step(order, day, E.SAMPLE_SENT, P.FACTORY)
        self.step(order, day + 1, E.SAMPLE_APPROVED, P.DESIGNER, note="소매 길이까지 좋아요.")

    def agree(self, order: Order, day: int, style: str) -> None:
        body = complete(terms.latest(self.session, order).body, style)
        version = terms.propose(self.session, order, body, order.designer.user, self.at(day, 15)).version
        for line in order.active_lines:
            terms.confirm(self.session, order, version, _speaker(line.factory), self.at(day, 17))

    def paid(self, order: Order, *days: int) -> None:
        for day in days:
            self.step(order, day, E.PAYMENT_REPORTED, P.DESIGNER)
            self.step(order, day, E.PAYMENT_RECEIVED, P.FACTORY)

    def reviewed(self, order: Order, day: int) -> None:
        answers = reviews.Answers(kept_the_date=True, was_good=True, would_again=True)
        line = order.lines[0]
        for party, author in ((P.DESIGNER, order.designer.user), (P.FACTORY, _speaker(line.factory))):
            reviews.write_review(self.session, line, party, author, answers, self.at(day))

    def says(self, request: QuoteRequest, day: int, party: Party, text: str) -> None:
        case = case_of(self.session, request)
        author = request.brief.designer.user if party is P.DESIGNER else _speaker(request.factory)
        messages.write(self.session, case, author, party, self.at(day, 11), text=text, picture_key=None)


def _speaker(factory: Factory) -> User:
    if factory.owner is None:
        raise ValueError(f"{factory.name} has nobody who could answer")
    return factory.owner


def tell(
    session: Session, designers: Sequence[Designer], own: Sequence[Factory], others: Sequence[Factory], today: date
) -> None:
    """Every stage once for the demo designers and owners; nobody is written to about days that are over."""
    story = Story(session, today)
    (first, second), (woven, knit) = designers, own
    _settled(story, first, woven)
    _at_work(story, first, woven)
    _sample_waits(story, first, woven)
    _being_inspected(story, second, knit)
    _paid_late(story, second, knit)
    _offers_wait(story, first, [woven, *others[:4]])
    _by_a_team(story, second, others[4:7])
    session.execute(delete(Notification))


def _settled(story: Story, designer: Designer, factory: Factory) -> None:
    (asked,) = story.ask(story.brief(designer, -75), -75, factory)
    story.yes(asked, -75, 12_000)
    order = story.choose([asked], -74)
    story.sample(order, -70)
    story.agree(order, -68, "봄 블라우스")
    story.paid(order, -68, -68)
    story.step(order, -66, E.STARTED, P.FACTORY)
    story.step(order, -48, E.DELIVERED, P.FACTORY, pieces=120)
    story.step(order, -47, E.PIECES_COUNTED, P.DESIGNER, pieces=120)
    story.step(order, -45, E.ACCEPTED, P.DESIGNER)
    story.paid(order, -42)
    story.reviewed(order, -41)


def _at_work(story: Story, designer: Designer, factory: Factory) -> None:
    (asked,) = story.ask(story.brief(designer, -16, quantity=160), -16, factory)
    story.yes(asked, -16, 12_000)
    order = story.choose([asked], -15)
    story.sample(order, -12)
    story.agree(order, -10, "가을 블라우스")
    story.paid(order, -10, -9)
    story.step(order, -5, E.STARTED, P.FACTORY)
    story.step(order, -1, E.PART_DELIVERED, P.FACTORY, pieces=60)
    story.says(asked, -2, P.FACTORY, "단추가 오늘 왔어요. 내일 60장 먼저 보내 드릴게요.")
    story.says(asked, -2, P.DESIGNER, "고맙습니다. 받는 대로 세어 볼게요.")


def _sample_waits(story: Story, designer: Designer, factory: Factory) -> None:
    (asked,) = story.ask(story.brief(designer, -8, item="dress", quantity=60), -8, factory)
    story.yes(asked, -8, 18_500)
    order = story.choose([asked], -7)
    story.step(order, -1, E.SAMPLE_SENT, P.FACTORY, note="안감은 의뢰인이 보내신 것으로 넣었어요.")


def _being_inspected(story: Story, designer: Designer, factory: Factory) -> None:
    order = _knitted(story, designer, factory, -30, 200, "무지 티셔츠")
    story.step(order, -4, E.DELIVERED, P.FACTORY, pieces=200)
    story.step(order, -3, E.PIECES_COUNTED, P.DESIGNER, pieces=199)


def _paid_late(story: Story, designer: Designer, factory: Factory) -> None:
    """A few days late: the first reminder is out, and the client may still ask others."""
    order = _knitted(story, designer, factory, -42, 150, "로고 티셔츠")
    story.step(order, -11, E.DELIVERED, P.FACTORY, pieces=150)
    story.step(order, -9, E.ACCEPTED, P.DESIGNER)


def _knitted(story: Story, designer: Designer, factory: Factory, day: int, pieces: int, style: str) -> Order:
    """A repeat without a sample, on its way to the hand-over."""
    brief = story.brief(
        designer, day, item="tshirt", fabrics=["knit_jersey"], processes=["sewing_assembly", "overlock"],
        quantity=pieces, budget_per_piece_krw=4_500,
    )  # fmt: skip
    (asked,) = story.ask(brief, day, factory)
    story.yes(asked, day, 4_500, sample_fee_krw=None, sample_on=None)
    order = story.choose([asked], day + 1, waiver="지난번과 같은 옷이에요.")
    story.agree(order, day + 2, style)
    story.paid(order, day + 3)
    story.step(order, day + 8, E.STARTED, P.FACTORY)
    return order


def _offers_wait(story: Story, designer: Designer, factories: Sequence[Factory]) -> None:
    asked = story.ask(story.brief(designer, -2, quantity=100), -2, *factories)
    story.yes(asked[0], -2, 12_000)
    story.yes(asked[1], -1, 11_500, extras={"fusing": 400}, price_includes=["cutting", "sewing_assembly"])
    story.yes(
        asked[2], -1, 13_200, answer=QuoteAnswer.CONDITIONAL, condition="단추는 저희가 아는 집에서 사야 해요.",
        is_sample_fee_deducted=True, deposit_percent=50,
    )  # fmt: skip
    story.no(asked[3], -1, DeclineReason.PRICE, could_at_krw=14_000)


def _by_a_team(story: Story, designer: Designer, factories: Sequence[Factory]) -> None:
    """A cutter, and two that sew side by side; the cut pieces are counted at the hand-over."""
    cutter, one, other = factories
    brief = story.brief(
        designer,
        -20,
        item="sweatshirt_hoodie",
        fabrics=["knit_jersey"],
        quantity=300,
        processes=["cutting", "sewing_assembly"],
    )

    def day(number: int) -> date:
        return story.today + timedelta(days=number)

    chain = [
        Place(1, cutter.id, ("cutting",), 300, day(-10), day(-7)),
        Place(2, one.id, ("sewing_assembly",), 180, day(-6), day(14), is_lead=True),
        Place(2, other.id, ("sewing_assembly",), 120, day(-6), day(14)),
    ]
    team = build_team(story.session, brief, chain, day(-20))
    asked = request_team(story.session, team, day(-20))
    story._date(asked, -20)
    for request, price in zip(asked, (800, 7_200, 7_200), strict=True):
        includes = list(request.team_member.processes) if request.team_member else []
        story.yes(request, -19, price, sample_fee_krw=None, sample_on=None, price_includes=includes)
    order = story.choose(asked, -18, waiver="작업실에서 만든 샘플이 있어요.")
    story.agree(order, -16, "기모 후드티")
    first, *sewing = order.lines
    for line in order.lines:
        story.step(order, -11, E.PAYMENT_RECEIVED, P.FACTORY, line=line)
    story.step(order, -10, E.STARTED, P.FACTORY, line=first)
    story.step(order, -7, E.STAGE_HANDED_OVER, P.FACTORY, line=first, pieces=300)
    story.step(order, -7, E.PIECES_COUNTED, P.FACTORY, line=sewing[0], pieces=298)
    for line in sewing:
        story.step(order, -6, E.STARTED, P.FACTORY, line=line)
