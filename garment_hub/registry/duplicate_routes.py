"""Staff pages about pairs that may be one firm: the piles, two rows side by side, what was decided, taking it back."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from werkzeug import Response

from garment_hub.db import get_session
from garment_hub.errors import sentence
from garment_hub.jobs import call_soon
from garment_hub.paging import page_count, page_wanted
from garment_hub.permissions import audience, signed_in
from garment_hub.registry import decisions, merge_wording
from garment_hub.registry.blueprint import bp
from garment_hub.registry.decisions import MOST_AT_ONCE, Decision, Pile
from garment_hub.registry.duplicate_search import ask_for_search, last_search
from garment_hub.registry.merge_values import CHOICES, LISTS, compare
from garment_hub.registry.merging import prefer, undo_merge
from garment_hub.registry.routes import PAGE_SIZE, _desk, _elsewhere, _pager
from models.base import utc_now
from models.district import District
from models.errors import Forbidden, Invalid, NotFound
from models.factory import Factory
from models.merge import Merge
from models.registry_import import DuplicateProposal
from models.user import Role

CENTRE = (Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
OFFICE = (Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)


def _may_merge() -> bool:
    return signed_in().role in OFFICE


def _pile() -> Pile:
    """The pile named in the address or the form, else the likely ones."""
    name = request.values.get("pile", "")
    return Pile(name) if name in set(Pile) else Pile.SAME


@bp.route("/district/duplicates")
@audience(*CENTRE)
def duplicates() -> str:
    session, district, page = get_session(), _desk(), page_wanted()
    counts = decisions.pile_counts(session, district.id)
    pile = _pile() if "pile" in request.args else next((pile for pile in Pile if counts[pile]), Pile.SAME)
    pairs = decisions.pairs_on(session, district.id, pile, start=(page - 1) * PAGE_SIZE, count=PAGE_SIZE)
    to_page = _pager("registry.duplicates")
    return render_template(
        "registry/duplicates.html",
        counts={pile.value: count for pile, count in counts.items()},
        pile=pile.value,
        pairs=pairs,
        page=page,
        pages=page_count(counts[pile], PAGE_SIZE),
        url=lambda number: f"{to_page(number)}&pile={pile.value}",
        search=last_search(session, district.id),
        said=request.args.get("said"),
        done=request.args.get("done", 0, type=int),
        may_merge=_may_merge(),
    )


@bp.route("/district/duplicates/search", methods=["POST"])
@audience(*OFFICE)
def search_duplicates() -> Response:
    district = _desk()
    ask_for_search(get_session(), signed_in(), district)
    call_soon("duplicates")
    return _to_piles(district, said="search")


def _to_piles(district: District, said: str, done: int | None = None, pile: Pile | None = None) -> Response:
    address = url_for("registry.duplicates", district=_elsewhere(district), said=said, done=done, pile=pile)
    return redirect(address, 303)


@bp.route("/district/duplicates/<int:proposal_id>")
@audience(*CENTRE)
def pair(proposal_id: int) -> str:
    session = get_session()
    found = decisions.get_pair(session, proposal_id, _desk().id)
    kept, gone = prefer(found.factory, found.other)
    return render_template(
        "registry/pair.html",
        pair=found,
        kept=kept,
        gone=gone,
        differences=compare(kept, gone),
        wording=merge_wording,
        may_merge=_may_merge(),
    )


@bp.route("/district/duplicates/<int:proposal_id>/same", methods=["POST"])
@audience(*OFFICE)
def merge_pair(proposal_id: int) -> Response:
    """These are one firm: what was chosen stands, and the rule where nobody chose."""
    session, district = get_session(), _desk()
    found = decisions.get_pair(session, proposal_id, district.id)
    kept, gone = prefer(found.factory, found.other)
    if _chosen("kept", kept, gone) == gone.id:
        kept, gone = gone, kept
    from_gone = {
        one.name for one in compare(kept, gone)
        if one.is_different and (_chosen(one.name, kept, gone) or (gone.id if one.is_from_gone else 0)) == gone.id
    }  # fmt: skip
    done = decisions.join(session, signed_in(), found, kept.id, from_gone, utc_now())
    return redirect(
        url_for("registry.factory", factory_id=done.kept_id, merged=done.id, district=_elsewhere(district)), 303
    )


def _chosen(name: str, *factories: Factory) -> int | None:
    """Which of the two the form names for a field, or None."""
    text = request.form.get(name)
    if text is None:
        return None
    for factory in factories:
        if text == str(factory.id):
            return factory.id
    raise Invalid("merge_choice_unknown", field=name if name in (*CHOICES, *LISTS) else None)


@bp.route("/district/duplicates/<int:proposal_id>/different", methods=["POST"])
@audience(*CENTRE)
def keep_apart(proposal_id: int) -> Response:
    """A person looked: these are two factories. The pair is not proposed again."""
    session, district = get_session(), _desk()
    found = decisions.get_pair(session, proposal_id, district.id)
    decisions.keep_apart(session, signed_in(), found, utc_now())
    return _to_piles(district, said=Decision.DIFFERENT.value, done=1)


@bp.route("/district/duplicates/<int:proposal_id>/later", methods=["POST"])
@audience(*CENTRE)
def put_off(proposal_id: int) -> Response:
    session, district = get_session(), _desk()
    decisions.put_off(session, decisions.get_pair(session, proposal_id, district.id), utc_now())
    return _to_piles(district, said=Decision.LATER.value, done=1)


@bp.route("/district/duplicates/several")
@audience(*CENTRE)
def several() -> str:
    """Says how many pairs one press of the button decides; changes nothing."""
    found, pile, decision = _several(_desk())
    return render_template(
        "registry/several.html",
        pairs=found,
        rows=[(one, *prefer(one.factory, one.other)) for one in found],
        pile=pile.value,
        decision=decision.value,
    )


@bp.route("/district/duplicates/several", methods=["POST"])
@audience(*CENTRE)
def decide_several() -> Response | str:
    session, district = get_session(), _desk()
    found, pile, decision = _several(district)
    outcome = decisions.decide_all(session, signed_in(), found, decision, utc_now())
    if not outcome.left:
        return _to_piles(district, said=decision.value, done=outcome.done, pile=pile)
    left = [(one, sentence(error)) for one, error in outcome.left]
    return render_template("registry/several_left.html", done=outcome.done, left=left, pile=pile.value)


def _several(district: District) -> tuple[Sequence[DuplicateProposal], Pile, Decision]:
    """The pairs ticked, the pile they lie on, and what is to be said of all of them."""
    name, pile = request.values.get("decision", Decision.LATER.value), _pile()
    if name not in set(Decision):
        raise NotFound
    decision = Decision(name)
    if decision is Decision.SAME and not _may_merge():
        raise Forbidden("wrong_role")
    ids = request.values.getlist("pair", type=int)[:MOST_AT_ONCE]
    return decisions.chosen_pairs(get_session(), district.id, pile, ids), pile, decision


@bp.route("/district/merges/<int:merge_id>/undo", methods=["POST"])
@audience(*OFFICE)
def part_again(merge_id: int) -> Response:
    session, district = get_session(), _desk()
    merged = session.get(Merge, merge_id)
    if merged is None or merged.district_id != district.id:
        raise NotFound
    undo_merge(session, signed_in(), merged, utc_now())
    address = url_for("registry.factory", factory_id=merged.kept_id, parted=merged.id, district=_elsewhere(district))
    return redirect(address, 303)
