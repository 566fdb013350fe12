"""What the tip of the month tells the demo owner: lists, questions and an order of the last month, and one gap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from garment_hub.demo.dealings import OTHERS, E, P, Story
from garment_hub.recommendations.services import recommend_for_brief
from models.brief import Brief
from models.designer import Designer
from models.factory import Factory
from models.quote import DeclineReason

GAP = "skirt"  # sewn by the demo owner, who has not said how many a day


def tell(session: Session, clients: Sequence[Designer], own: Factory, others: Sequence[Factory], today: date) -> None:
    """Around the middle of the last month; and briefs of the last weeks that wait for what the owner left open."""
    story = Story(session, today)
    middle = (today.replace(day=1) - timedelta(days=15) - today).days
    first, second, third = (clients[number % len(clients)] for number in range(3))
    _compared(story, first, middle - 6, [own, *others[: OTHERS - 3]])
    _made(story, second, middle, own)
    _too_full(story, third, middle + 5, [own, *others[1 : OTHERS - 2]])
    for client, day in ((first, -20), (second, -9), (third, -3)):
        story.brief(client, day, item=GAP, quantity=80, budget_per_piece_krw=13_000)


def _listed(story: Story, client: Designer, day: int, **values: int) -> Brief:
    brief = story.brief(client, day, **values)
    made = recommend_for_brief(story.session, brief, as_of=story.today + timedelta(days=day))
    made.made_at = story.at(day, 9)
    return brief


def _compared(story: Story, client: Designer, day: int, factories: Sequence[Factory]) -> None:
    asked = story.ask(_listed(story, client, day, quantity=100), day, *factories)
    story.yes(asked[0], day, 12_400)
    story.yes(asked[1], day + 1, 11_900)


def _made(story: Story, client: Designer, day: int, factory: Factory) -> None:
    (asked,) = story.ask(_listed(story, client, day, quantity=90), day, factory)
    story.yes(asked, day, 12_000)
    order = story.choose([asked], day + 1, waiver="지난번과 같은 옷이에요.")
    story.agree(order, day + 2, "린넨 블라우스")
    story.paid(order, day + 2)
    story.step(order, day + 3, E.STARTED, P.FACTORY)
    story.step(order, day + 9, E.DELIVERED, P.FACTORY, pieces=90)
    story.step(order, day + 10, E.ACCEPTED, P.DESIGNER)
    story.paid(order, day + 11)


def _too_full(story: Story, client: Designer, day: int, factories: Sequence[Factory]) -> None:
    asked = story.ask(_listed(story, client, day, quantity=200), day, *factories)
    story.no(asked[0], day, DeclineReason.FULL)
