"""The page on which somebody chooses what to be told."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from garment_hub.db import get_session
from garment_hub.notifications.catalogue import Template, templates_for
from garment_hub.notifications.forms import ChoicesForm
from garment_hub.notifications.services import choose, opt_outs
from garment_hub.notifications.wording import REASONS, TOPICS, WORDS
from garment_hub.permissions import EVERY_ROLE, audience, signed_in

bp = Blueprint("notifications", __name__)


@bp.route("/account/notifications", methods=["GET", "POST"])
@audience(*EVERY_ROLE)
def choices() -> AnyResponse:
    """GET shows what may come; POST keeps what is ticked."""
    me = signed_in()
    templates = [template for template in templates_for(me.role) if not template.is_urgent]
    form = ChoicesForm(locale=me.locale or current_app.config["DEFAULT_LOCALE"])
    form.offer(templates)
    if request.method != "POST":
        off = opt_outs(get_session(), me)
        form.wanted.data = [template.code for template in templates if template.code not in off]
        return _page(form, templates, 200)
    if not form.validate():
        return _page(form, templates, 422)
    choose(get_session(), me, form.wanted.data or [], form.locale.data)
    return redirect(url_for("notifications.choices", done="choices"), 303)


def _page(form: ChoicesForm, templates: list[Template], status: int) -> Response:
    topics = [
        (TOPICS[topic], REASONS[topic], [_row(template, form) for template in found])
        for topic, found in groupby(templates, key=lambda template: template.topic)
    ]
    page = render_template("notifications/choices.html", form=form, topics=topics, done=request.args.get("done"))
    return make_response(page, status)


def _row(template: Template, form: ChoicesForm) -> dict[str, Any]:
    return {
        "code": template.code,
        "title": WORDS[template.code].title,
        "is_optional": template.is_optional,
        "is_wanted": template.code in (form.wanted.data or ()),
    }
