"""The page on which an owner reads what was done in their name."""

from __future__ import annotations

from flask import render_template, request

from garment_hub.claims.blueprint import bp
from garment_hub.claims.done import deeds_of, facts_of_centre
from garment_hub.db import get_session
from garment_hub.factories.queries import get_kept_factory
from garment_hub.permissions import audience, signed_in
from models.user import CENTRE, Role


@bp.route("/factories/<int:factory_id>/done-for-you")
@audience(Role.FACTORY_OWNER, *CENTRE)
def done_for_you(factory_id: int) -> str:
    """Right after taking the factory over it says so first."""
    session, person = get_session(), signed_in()
    factory = get_kept_factory(session, factory_id, person)
    return render_template(
        "claims/done_for_you.html",
        factory=factory,
        deeds=deeds_of(session, factory),
        lines=facts_of_centre(factory),
        is_centre=person.role in CENTRE,
        is_first=request.args.get("first"),
    )
