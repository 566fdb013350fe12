"""The house's rules as a guard: who imports whom, where a transaction ends, how large a file may grow."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"garment_hub", "models", "recommender", "templates", "tests", "benchmarks"}
MAY_IMPORT = {
    "garment_hub": {"garment_hub", "models", "recommender"},
    "models": {"models"},
    "recommender": {"recommender"},
}
BARRED = {
    "models": {"flask", "flask_babel", "flask_login", "flask_wtf", "wtforms", "sklearn"},
    "recommender": {"flask", "flask_babel", "flask_login", "flask_wtf", "wtforms", "sqlalchemy", "alembic"},
}
FLASK = {"flask", "flask_babel", "flask_login", "flask_wtf", "wtforms"}
# In import order: a room may call the services and queries of rooms that stand before it.
ROOMS = (
    "audit approvals accounts factories mandates listings pulses designers recommendations briefs quotes orders "
    "messages cases claims visits verification registry dashboard tips links api privacy pages demo"
).split()
# The modules that join the parts or start them know every room.
COMPOSERS = {"garment_hub.app", "garment_hub.cli", "garment_hub.server"}
PRIVATE_TO_A_ROOM = {"routes", "forms", "blueprint", "commands"}
MAY_COMMIT = {"garment_hub.db", "garment_hub.accounts.throttle"}
VAGUE_NAMES = {"utils", "helpers", "common", "manager", "managers", "misc", "util", "helper"}
TRANSLATING = {"_", "gettext", "lazy_gettext", "ngettext", "lazy_ngettext"}
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
LISTS_OF_STATEMENTS = {"models.migrations.versions"}  # a migration is as long as the schema


@dataclass(frozen=True, slots=True)
class Module:
    name: str
    source: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def wing(self) -> str:
        return self.name.split(".")[0]

    @property
    def room(self) -> str | None:
        return _room(self.name)

    def imports(self) -> Iterator[str]:
        """Full names of everything imported, at the top or later, names of a ``from`` import included."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = _absolute(self.name, node)
                yield from (f"{base}.{alias.name}" for alias in node.names)


def _absolute(importer: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    return ".".join([*importer.split(".")[: -node.level], *filter(None, [node.module])])


def _room(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if parts[0] == "garment_hub" and len(parts) > 1 and parts[1] in ROOMS else None


def modules() -> list[Module]:
    paths = [path for wing in MAY_IMPORT for path in sorted((ROOT / wing).rglob("*.py"))]
    return [Module(".".join(path.relative_to(ROOT).with_suffix("").parts), path.read_text("utf-8")) for path in paths]


def broken_wings(module: Module) -> Iterator[str]:
    for name in module.imports():
        top = name.split(".")[0]
        if top in OURS and top not in MAY_IMPORT[module.wing]:
            yield f"{module.name} imports {name}: {module.wing} may not know {top}"
        if top in BARRED.get(module.wing, ()):
            yield f"{module.name} imports {name}: {module.wing} does without {top}"
        if top == "recommender" and module.wing == "garment_hub" and module.room != "recommendations":
            yield f"{module.name} imports {name}: only garment_hub.recommendations may"
        if top in FLASK and module.name.split(".")[-1] in ("services", "queries"):
            yield f"{module.name} imports {name}: services and queries know no request"


def broken_rooms(module: Module) -> Iterator[str]:
    """A room knows the rooms before it, and of those only what is meant for others."""
    if module.name in COMPOSERS or module.wing != "garment_hub":
        return
    for name in module.imports():
        other = _room(name)
        if other is None or other == module.room:
            continue
        # A command, like the application, puts rooms together and is imported by nobody but the command line.
        if module.room and not module.name.endswith(".commands") and ROOMS.index(other) > ROOMS.index(module.room):
            yield f"{module.name} imports {name}: {other} stands after {module.room}"
        if set(name.split(".")[2:]) & PRIVATE_TO_A_ROOM:
            yield f"{module.name} imports {name}: private to {other}"


def broken_commits(module: Module) -> Iterator[str]:
    if module.name in MAY_COMMIT:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr == "commit":
            yield f"{module.name}:{node.lineno} commits: the end of the request or of unit_of_work does that"


def broken_settings(module: Module) -> Iterator[str]:
    if module.name != "garment_hub.config" and any(name.startswith("os.environ") for name in _attributes(module)):
        yield f"{module.name} reads the environment: settings are read in garment_hub.config"


def _attributes(module: Module) -> Iterator[str]:
    return (ast.unparse(node) for node in ast.walk(module.tree) if isinstance(node, ast.Attribute))


def broken_sizes(module: Module) -> Iterator[str]:
    if any(module.name.startswith(name) for name in LISTS_OF_STATEMENTS):
        return
    lines = len(module.source.splitlines())
    if lines > LONGEST_FILE:
        yield f"{module.name} has {lines} lines; {LONGEST_FILE} are enough"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{module.name}.{node.name} has {length} lines; {LONGEST_FUNCTION} are enough"


def broken_names(module: Module) -> Iterator[str]:
    if VAGUE_NAMES & set(module.name.split(".")):
        yield f"{module.name} says nothing: name the thing"


def broken_openings(module: Module) -> Iterator[str]:
    is_empty_package = module.name.endswith("__init__") and not module.source.strip()
    if not (is_empty_package or ast.get_docstring(module.tree)):
        yield f"{module.name} does not say what it is for"


def broken_words(module: Module) -> Iterator[str]:
    """What collects the strings for translation does not look into f-strings."""
    for text in (node for node in ast.walk(module.tree) if isinstance(node, ast.JoinedStr)):
        for call in ast.walk(text):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in TRANSLATING:
                yield f"{module.name}:{call.lineno} would never be translated: {ast.unparse(call)}"


RULES = (
    broken_wings,
    broken_rooms,
    broken_commits,
    broken_settings,
    broken_sizes,
    broken_names,
    broken_openings,
    broken_words,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule: Callable[[Module], Iterator[str]]) -> None:
    complaints = [complaint for module in modules() for complaint in rule(module)]
    assert not complaints, "\n".join(complaints)


def test_the_guard_sees_every_wing() -> None:
    names = {module.name for module in modules()}
    assert {"garment_hub.app", "models.base", "recommender.ranker", "garment_hub.briefs.services"} <= names
    assert {room for room in map(_room, names) if room} <= set(ROOMS)


LONG_FUNCTION = "'''x'''\ndef f():\n" + "    pass\n" * 50


@pytest.mark.parametrize(
    ("name", "source", "complaint"),
    [
        ("recommender.ranker", "import models", "may not know models"),
        ("recommender.ranker", "from models.base import Base", "may not know models"),
        ("recommender.ranker", "def f():\n    import sqlalchemy.orm", "does without sqlalchemy"),
        ("models.order", "from flask import g", "does without flask"),
        ("models.order", "from garment_hub.db import get_session", "may not know garment_hub"),
        ("models.order", "from sklearn import base", "does without sklearn"),
        ("garment_hub.app", "from tests import builders", "may not know tests"),
        ("garment_hub.briefs.services", "import recommender", "only garment_hub.recommendations may"),
        ("garment_hub.briefs.services", "from flask_babel import gettext", "know no request"),
        ("garment_hub.briefs.queries", "from flask import g", "know no request"),
        ("garment_hub.briefs.services", "from garment_hub.quotes.services import ask", "quotes stands after briefs"),
        ("garment_hub.briefs.services", "from garment_hub import quotes", "quotes stands after briefs"),
        ("garment_hub.briefs.services", "from ..quotes import services", "quotes stands after briefs"),
        ("garment_hub.quotes.routes", "from garment_hub.briefs.forms import BriefForm", "private to briefs"),
        ("garment_hub.quotes.routes", "from garment_hub.briefs import routes", "private to briefs"),
        ("garment_hub.site", "from garment_hub.briefs import routes", "private to briefs"),
        ("garment_hub.briefs.services", "def f(session):\n    session.commit()", "commits"),
        ("garment_hub.briefs.services", "import os\nx = os.environ.get('HOME')", "reads the environment"),
        ("garment_hub.briefs.services", "\n" * 401, "401 lines"),
        ("garment_hub.briefs.services", LONG_FUNCTION, "f has 51 lines"),
        ("garment_hub.briefs.utils", "'''x'''", "name the thing"),
        ("garment_hub.briefs.services", "x = 1", "what it is for"),
        ("garment_hub.briefs.wording", "x = f\"{_('Yes')}!\"", "never be translated"),
    ],
)
def test_the_guard_bites(name: str, source: str, complaint: str) -> None:
    module = Module(name, source)
    assert complaint in " ".join(said for rule in RULES for said in rule(module))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("garment_hub.recommendations.services", "import recommender\nfrom models.brief import Brief"),
        ("garment_hub.quotes.routes", "from flask import g\nfrom garment_hub.briefs.queries import get_brief"),
        ("garment_hub.quotes.routes", "from garment_hub.quotes.forms import QuoteForm"),
        ("garment_hub.app", "from garment_hub.briefs import routes"),
        ("garment_hub.db", "def f(session):\n    session.commit()"),
    ],
)
def test_the_guard_lets_pass_what_is_allowed(name: str, source: str) -> None:
    module = Module(name, f"'''What it is for.'''\n{source}")
    assert [said for rule in RULES for said in rule(module)] == []
