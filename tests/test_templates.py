"""The macros every page is made of: what they promise about days, scores, fields and errors."""

from __future__ import annotations

import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import (
    FieldList,
    Form,
    FormField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

TEMPLATES = Path(__file__).parents[1] / "templates"


def ngettext(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


def environment(**settings: Any) -> Environment:
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        **settings,
    )
    found.install_gettext_callables(str, ngettext, newstyle=True)  # type: ignore[attr-defined]
    found.globals.update(csrf_token=lambda: "csrf", url_for=lambda endpoint, **values: f"/{endpoint}")
    return found


PLAIN = environment()


def macro(file: str, name: str) -> Any:
    return getattr(PLAIN.get_template(file).module, name)


class Reader(HTMLParser):
    """Remembers each element's attributes, and the text outside tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.elements if name == tag]

    @property
    def ids(self) -> set[str | None]:
        return {found["id"] for _tag, found in self.elements if "id" in found}


@st.composite
def weeks(draw: st.DrawFn) -> tuple[int, int, int]:
    """Hundredths of days open, booked and held, as the database allows them."""
    opened = draw(st.integers(0, 700))
    booked = draw(st.integers(0, opened))
    return opened, booked, draw(st.integers(0, opened - booked))


@given(weeks())
def test_day_blocks_are_seven_and_never_promise_a_day_that_is_not_free(week: tuple[int, int, int]) -> None:
    opened, booked, held = week
    kinds = re.findall(r'class="day (\w+)"', macro("_components.html", "day_blocks")(opened, booked, held))
    assert len(kinds) == 7
    assert kinds.count("free") == (opened - booked - held) // 100
    assert 100 * (kinds.count("taken") + kinds.count("held")) >= booked + held
    assert 100 * kinds.count("taken") >= booked
    assert kinds == sorted(kinds, key=["taken", "held", "free", "closed"].index)


@given(weeks())
def test_words_under_the_blocks_add_up_to_the_open_days(week: tuple[int, int, int]) -> None:
    words = Reader(macro("_components.html", "day_blocks")(*week)).text
    said = sum((Decimal(number) for number in re.findall(r"[\d.]+(?= d)", words)), Decimal(0))
    assert said * 100 == week[0]


tenths = st.integers(0, 250).map(lambda n: n / 10)


@given(st.lists(tenths, min_size=4, max_size=4), st.integers(-30, 30).map(lambda n: n / 10))
def test_numbers_under_a_parts_bar_are_the_parts_and_the_bar_ends_where_they_end(
    values: list[float], adjust: float
) -> None:
    groups = [(f"part {n}", value) for n, value in enumerate(values)]
    html = macro("_components.html", "parts_bar")(groups, adjust)
    said = [Decimal(text.replace("−", "-")) for text in re.findall(r"<dd>(.*?)</dd>", html)]
    assert said == [Decimal(str(value)) for value in [*values, adjust]]
    ends = [
        float(found["x"].rstrip("%")) + float(found["width"].rstrip("%"))  # type: ignore[union-attr]
        for found in Reader(html).attributes("rect")
        if (found.get("class") or "").startswith("thread-")
    ]
    assert max(ends, default=0) == pytest.approx(sum(values), abs=0.02)
    assert ("bite" in re.findall(r'rect class="(\w+)', html)) == (adjust != 0)


def test_equal_parts_keep_their_own_threads() -> None:
    html = macro("_components.html", "parts_bar")([("a", 10), ("b", 10), ("b", 10), ("c", 10)])
    assert re.findall(r'rect class="(thread-\d)"', html) == ["thread-1", "thread-2", "thread-3", "thread-4"]


class Answers(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Size(Form):
    label = StringField("Size", [InputRequired("Name the size.")])


class Sample(Form):
    quantity = IntegerField("How many?", [NumberRange(1, message="One or more.")])
    price = IntegerField("Price", [Optional()])
    vat = RadioField("VAT", choices=[SelectChoice("n", "apart"), SelectChoice("y", "in it")])
    work = Answers("Work", choices=[SelectChoice("cut", "cutting"), SelectChoice("sew", "sewing")])
    password = PasswordField("Password")
    first = FormField(Size)
    sizes = FieldList(FormField(Size), min_entries=2)


def sample(**typed: Any) -> Sample:
    return Sample(MultiDict(typed))


def shown(form: Sample) -> Reader:
    forms: Any = PLAIN.get_template("_forms.html").module
    sizes = [form.first.form, *(entry.form for entry in form.sizes)]
    parts = [forms.error_summary(form), forms.chips(form.vat), forms.chips(form.work, "As many as you like.")]
    parts += [forms.field(form.quantity, "All sizes."), forms.field(form.price), forms.field(form.password)]
    parts += [forms.field(size.label) for size in sizes]
    return Reader("".join(parts))


def test_every_link_of_the_summary_and_every_description_leads_somewhere() -> None:
    form = sample(quantity="0", price="a lot", vat="maybe", work=["iron"])
    assert not form.validate()
    page = shown(form)
    links = {str(found["href"])[1:] for found in page.attributes("a")}
    assert links == {"quantity", "price", "vat", "work", "first-label", "sizes-0-label", "sizes-1-label"}
    described = {word for _t, found in page.elements for word in (found.get("aria-describedby") or "").split()}
    assert links | described <= page.ids
    assert "7 places" in page.text


def test_typed_text_stays_and_a_password_does_not() -> None:
    form = sample(quantity="만이천", password="secret", work=["sew"], vat="y")
    form.validate()
    inputs = {found["name"]: found for found in shown(form).attributes("input") if found.get("type") != "radio"}
    assert inputs["quantity"]["value"] == "만이천"
    assert inputs["quantity"]["type"] == "text"
    assert not inputs["password"].get("value")
    checked = {found["value"] for found in shown(form).attributes("input") if "checked" in found}
    assert checked == {"sew", "y"}


@given(st.text(alphabet="<>\"'&a ", max_size=20))
def test_typed_markup_is_never_markup(text: str) -> None:
    form = sample(quantity=text)
    form.validate()
    page = shown(form)
    control = next(found for found in page.attributes("input") if found.get("id") == "quantity")
    assert (control["value"] or "").strip() == text.strip()


def test_optional_is_said_of_optional_fields_only() -> None:
    forms: Any = PLAIN.get_template("_forms.html").module
    form = sample()
    assert "(optional)" in forms.field(form.price)
    assert "(optional)" not in forms.field(form.quantity)
    assert "(optional)" not in forms.field(form.price, optional=False)


def test_a_form_without_errors_has_no_summary() -> None:
    assert macro("_forms.html", "error_summary")(sample()).strip() == ""


@pytest.mark.parametrize(("page", "names"), [(1, ["next"]), (2, ["prev", "next"]), (3, ["prev"])])
def test_pagination_offers_only_pages_that_exist(page: int, names: list[str]) -> None:
    html = macro("_components.html", "pagination")(page, 3, lambda n: f"?page={n}")
    links = Reader(html).attributes("a")
    assert [link["rel"] for link in links] == names
    assert {link["href"] for link in links} == {f"?page={page + step}" for step in (-1, 1) if 1 <= page + step <= 3}


def test_one_page_needs_no_pagination() -> None:
    assert macro("_components.html", "pagination")(1, 1, str).strip() == ""


def render(name: str, **values: Any) -> str:
    return PLAIN.get_template(name).render(**values)


PERSON = SimpleNamespace(is_authenticated=True, display_name="<Lino>")


def test_the_title_says_error_when_the_form_is_wrong() -> None:
    wrong = sample(quantity="0")
    wrong.validate()
    assert re.search(r"<title>Error: ", render("base.html", form=wrong))
    assert not re.search(r"<title>Error", render("base.html", form=sample()))
    assert not re.search(r"<title>Error", render("base.html"))


def test_an_error_page_stands_when_nothing_is_known() -> None:
    page = Reader(render("errors/error.html", title="Broken", text="Nothing was saved."))
    assert "Nothing was saved." in page.text
    assert {"class": "button primary", "href": "/pages.home"} in page.attributes("a")


@pytest.mark.parametrize("layout", ["base.html", "_layout_owner.html", "_layout_staff.html"])
def test_signing_out_is_a_form_with_its_token_and_names_are_escaped(layout: str) -> None:
    html = render(layout, current_user=PERSON)
    page = Reader(html)
    forms = page.attributes("form")
    assert {(form["method"], form["action"]) for form in forms} == {("post", "/accounts.sign_out")}
    tokens = [found for found in page.attributes("input") if found["name"] == "csrf_token"]
    assert [found["value"] for found in tokens] == ["csrf"] * len(forms)
    assert "<Lino>" in page.text
    assert "<Lino>" not in html


def test_made_up_data_is_said_on_every_layout() -> None:
    for layout in ("base.html", "_layout_owner.html", "_layout_staff.html"):
        assert "Example data" in render(layout, site=SimpleNamespace(is_demo=True, languages=[], navigation=[]))
        assert "Example data" not in render(layout, site=SimpleNamespace(is_demo=False, languages=[], navigation=[]))


def test_drawings_name_no_unknown_variable() -> None:
    drawings: Any = environment(undefined=StrictUndefined).get_template("_drawings.html").module
    for item in [*drawings.drawings, "cardigan", "sweater_pullover", "anything"]:
        assert "<path" in drawings.flat(item)
