"""A second, made-up district: opened by command, worked in from end to end, and shut to the staff of any other."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from garment_hub import cli
from garment_hub.db import engine_of
from garment_hub.maps import areas_of
from models.brief import Brief
from models.designer import Designer
from models.district import District, current_neighbourhoods
from models.factory import CapabilityKind, Factory, FactoryRate
from models.order import Order
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import in_days, make_factory, make_user
from tests.test_journeys import SIGN_UP, SKILLS, ask, choose, name_price, publish
from tests.test_permissions import ROWS, knock, outcome
from tests.world import World, build_world

pytestmark = pytest.mark.slow

CODE = "TO-07"
MARKER = "표시이름ZQX"
ROOT = Path(__file__).parent.parent
ClientAs = Callable[[Role | User], Browser]
# Words of the first district, and where each may stand: what opens it, its data, the made-up demo, and comments.
FIRST_DISTRICT = re.compile(r"11230|동대문|Dongdaemun|장안동|답십리|신설동")
ALLOWED = {
    "garment_hub/demo": "the demo plays in the first district",
    "garment_hub/schema/first_district.py": "opens it in a new database",
    "garment_hub/schema/__init__.py": "a lock's number that only looks like the code",
    "garment_hub/registry/places.py": "an example in a comment",
    "garment_hub/registry/duplicates.py": "an example in a comment",
    "models/data": "its neighbourhoods, borders and statistics",
    "models/district.py": "DEFAULT_DISTRICT, for commands that name none",
}
SHOWN_TO_PEOPLE = {".py", ".html", ".js", ".css", ".txt", ".csv", ".json"}


@pytest.fixture
def torino(app: Flask, session: Session, tmp_path: Path) -> District:
    """Three quarters with short codes, one of them gone, borders in degrees far from Korea."""
    dongs, borders = tmp_path / "quarters.csv", tmp_path / "borders.geojson"
    dongs.write_text(
        "code,name_ko,name_en,lat,lon,valid_from,valid_to\n"
        "Q1,바리에라,Barriera,45.09,7.70,,\n"
        "Q-22,빈시냐,Bertolla,45.10,7.72,,\n"
        "Q3,옛동네,Vanchiglietta,45.07,7.71,,2020-01-01\n",
        "utf-8",
    )
    features = [_square("Q1", 7.69, 45.08), _square("Q-22", 7.71, 45.08)]
    borders.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    names = ["--name-ko", "토리노 칠구", "--name-en", "Torino Sette", "--country", "it"]
    words = ["district", "create", CODE, *names, "--dongs", str(dongs), "--borders", str(borders)]
    arguments = cli.parser().parse_args(words)
    with app.app_context():
        assert arguments.run(arguments, app) == 0
    return session.scalars(select(District).where(District.code == CODE)).one()


def _square(code: str, west: float, south: float) -> dict[str, object]:
    ring = [(west, south), (west + 0.01, south), (west + 0.01, south + 0.01), (west, south + 0.01), (west, south)]
    return {
        "type": "Feature",
        "properties": {"code": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture
def owners(session: Session, torino: District) -> dict[int, User]:
    found = {}
    for number in range(2):
        owner = make_user(session, Role.FACTORY_OWNER, torino)
        place = current_neighbourhoods(session, torino.id, in_days(0))[number]
        factory = make_factory(
            session, torino, codes=SKILLS, owner=owner, minimum_order_quantity=30, neighbourhood=place,
            name=f"{MARKER} {number}",
        )  # fmt: skip
        factory.rates.append(FactoryRate(item=SKILLS[CapabilityKind.ITEM][0], pieces_per_day=40))
        session.flush()
        found[factory.id] = owner
    make_factory(session, session.get_one(District, 1), codes=SKILLS, name="첫 지역 공장")
    session.commit()
    return found


def test_district_created_by_command_has_its_own_quarters_and_map(session: Session, torino: District) -> None:
    places = current_neighbourhoods(session, torino.id, in_days(0))
    assert {place.code for place in places} == {"Q1", "Q-22"}
    assert torino.country == "IT"
    assert {code for area in areas_of(torino.borders, places) for code in area.codes} == {"Q1", "Q-22"}


def test_district_journey_from_signing_up_to_the_order(
    app: Flask, session: Session, torino: District, owners: dict[int, User], client_as: ClientAs
) -> None:
    stranger = Browser(app)
    welcome = stranger.get(f"/sign-in?district={CODE}&lang=ko").text
    there = re.search(r'href="(/sign-up/designer\?[^"]+)"', welcome)
    assert there and f"district={CODE}" in there[1]
    assert stranger.send(there[1], SIGN_UP).status_code == 303
    designer = session.scalars(select(Designer).where(Designer.brand == SIGN_UP["brand"])).one()
    assert (designer.district_id, designer.user.district_id) == (torino.id, torino.id)
    session.commit()
    brief = publish(stranger)
    listed = stranger.get(f"/briefs/{brief}/recommendations").text
    assert f"{MARKER} 0" in listed and f"{MARKER} 1" in listed and "첫 지역 공장" not in listed
    ask(stranger, brief, list(owners))
    name_price(client_as(owners[next(iter(owners))]))
    placed = choose(stranger, brief)
    order = session.get_one(Order, int(re.findall(r"\d+", placed)[0]))
    assert order.district_id == session.get_one(Brief, brief).district_id == torino.id
    session.commit()

    staff = [client_as(make_user(session, role, torino)) for role in (Role.DISTRICT_OFFICER, Role.COORDINATOR)]
    first = [client_as(role) for role in (Role.DISTRICT_OFFICER, Role.COORDINATOR)]
    for person in (*staff, *first):
        answer = person.get("/district/?lang=ko")
        assert answer.status_code == 200
        assert ("토리노 칠구" in answer.text) is (person in staff)
    order.due_on = in_days(-1)
    session.commit()
    own, other = (people[1].get("/district/cases?lang=ko").text for people in (staff, first))
    assert order.number in own and MARKER in own
    assert order.number not in other and MARKER not in other
    assert staff[1].get(f"{placed}").status_code == 200 and first[1].get(f"{placed}").status_code == 404


def test_district_named_by_a_stranger_stays_named(app: Flask, torino: District, owners: dict[int, User]) -> None:
    stranger = Browser(app)
    page = stranger.get(f"/factories?district={CODE}").text
    assert MARKER in page and "첫 지역 공장" not in page
    for address in (f"/sign-in?district={CODE}", f"/sign-up/factory?district={CODE}"):
        linked = re.findall(r'(?:href|action)="(/sign-up/[^"]+)"', stranger.get(address).text)
        assert linked and all(f"district={CODE}" in link for link in linked), address
    assert "district=" not in "".join(re.findall(r'href="(/sign-up/[^"]+)"', stranger.get("/sign-in").text))
    begun = stranger.send(f"/sign-up/factory?district={CODE}", {"fabrics": ["woven"]})
    assert begun.status_code == 303
    step = stranger.get(begun.location).text
    assert "바리에라" in stranger.get(begun.location).text or "토리노" in step


def test_district_numbers_of_firms_are_read_as_their_country_writes_them(
    session: Session, torino: District, owners: dict[int, User], client_as: ClientAs
) -> None:
    factory_id, owner = next(iter(owners.items()))
    browser = client_as(owner)
    address = f"/factories/{factory_id}/registration"
    assert browser.send(address, {"number": "IT 0123 4567 890", "do": "number"}).status_code == 303
    assert session.get_one(Factory, factory_id, populate_existing=True).business_number == "IT01234567890"
    assert "IT01234567890" in browser.get(address).text
    session.commit()
    assert browser.send(address, {"number": "?", "do": "number"}).status_code == 422


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The first district with everything in it, every name of which carries the mark."""
    world = build_world(tmp_path_factory.mktemp("districts"))
    with Session(engine_of(world.app)) as session:
        district = session.scalars(select(District).order_by(District.id)).first()
        assert district is not None
        for model, column in ((Factory, "name"), (Designer, "brand"), (User, "name")):
            marked = {column: f"{MARKER} {column}"}
            session.execute(update(model).where(model.district_id == district.id).values(marked))
        session.commit()
    return world


def test_district_staff_of_another_never_see_a_name_of_it(marked: World) -> None:
    """Every page for staff, with every object of the first district, opened by the staff of the second."""
    seen, wrong = 0, []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "commit", Session.rollback)
        for row in ROWS:
            if not row.address.startswith("/district"):
                continue
            for name in ("outsider", "outsider2"):
                answer = knock(marked.browsers[name], row.method, row.path(marked.ids))
                text = _text(answer.data)
                seen += 1
                if MARKER in text or ("{" in row.address and answer.status_code not in (403, 404)):
                    wrong.append((str(row), name, outcome(answer)))
    assert wrong == [] and seen > 60


def test_district_is_not_opened_by_naming_it(marked: World) -> None:
    """?district= opens the desk of another district to administrators alone."""
    wrong = []
    for row in _lists("/district"):
        for name in ("outsider", "outsider2"):
            answer = marked.browsers[name].twin().get(f"{row}?district=11230", follow_redirects=True)
            if answer.status_code not in (403, 404) and MARKER in _text(answer.data):
                wrong.append((row, name))
    assert wrong == []


def test_district_pages_and_the_interface_hold_their_own_alone(marked: World) -> None:
    """What lists things without being asked for one: pages for everybody, and the interface for programs."""
    with Session(engine_of(marked.app)) as session:
        other = session.scalars(select(District.code).order_by(District.id.desc())).first()
    wrong = []
    for row in _lists("/"):
        for name in ("nobody", "outsider", "outsider2"):
            with marked.browsers[name].twin().get(f"{row}?district={other}") as answer:
                if MARKER in _text(answer.data):
                    wrong.append((row, name))
    assert wrong == []


def _lists(start: str) -> list[str]:
    """Addresses that name no thing."""
    found = [row.address for row in ROWS if row.method == "GET" and "{" not in row.address]
    return [address for address in found if address.startswith(start) and not address.startswith("/static/")]


def _text(data: bytes) -> str:
    """What a file says, unzipped where it is a workbook."""
    if data[:2] != b"PK":
        return data.decode("utf-8", "replace")
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


def test_district_one_is_hard_coded_nowhere_else() -> None:
    found = set()
    for folder in ("garment_hub", "models", "recommender", "templates"):
        for path in (ROOT / folder).rglob("*"):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix not in SHOWN_TO_PEOPLE or "__pycache__" in name or "/vendor/" in name:
                continue
            is_allowed = any(name.startswith(place) for place in ALLOWED)
            if not is_allowed and FIRST_DISTRICT.search(path.read_text("utf-8")):
                found.add(name)
    assert found == set()


def test_district_places_allowed_to_name_the_first_still_do() -> None:
    """The list holds nothing that is no longer needed."""
    for place in ALLOWED:
        found = [ROOT / place, *(ROOT / place).rglob("*")]
        texts = (each.read_text("utf-8", "replace") + each.name for each in found if each.is_file())
        assert any(FIRST_DISTRICT.search(text) for text in texts), place
