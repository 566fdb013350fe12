"""Staff pages of the ranking: what weighs how much, since when and why; how often whom it showed; stored lists."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from garment_hub.approvals.queries import is_open, latest, open_grants, waiting
from garment_hub.db import get_session
from garment_hub.errors import status_of
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.patience import reckons
from garment_hub.permissions import audience, signed_in
from garment_hub.recommendations import sentences, settings
from garment_hub.recommendations import setting_wording as wording
from garment_hub.recommendations.queries import latest_lists, latest_trainings, list_in
from garment_hub.recommendations.routes import bp
from garment_hub.recommendations.setting_forms import RankingForm, UseForm
from garment_hub.recommendations.showings import PERIODS, showings
from models.approval import ApprovalKind
from models.base import utc_now
from models.errors import Conflict, Invalid
from models.ranking_setting import RankingSetting, SettingOrigin
from models.user import ANSWER_FOR_RANKING, User

Answer = str | Response | tuple[str, int]


@bp.route("/district/ranking")
@audience(*sorted(ANSWER_FOR_RANKING))
@reckons
def ranking() -> Answer:
    """Everything at a glance; with the number of a list, that list."""
    session, user = get_session(), signed_in()
    number = request.args.get("list", "").strip()
    if (list_id := list_in(session, number, user.district_id)) is not None:
        return redirect(url_for("recommendations.replay", recommendation_id=list_id), 303)
    setting = settings.current(session, user.district_id)
    versions = settings.history(session, user.district_id)
    return render_template(
        "recommendations/ranking.html",
        setting=setting,
        change=settings.last_change(session, setting),
        rows=wording.weight_rows(setting.weights),
        versions=_with_differences(versions),
        proposals=settings.proposals(versions),
        asked={one.subject_id: one for one in waiting(session, user.district_id) if one.kind is ApprovalKind.WEIGHTS},
        trainings=[wording.artifact_row(one) for one in latest_trainings(session, user.district_id)],
        showings=showings(session, user.district_id, PERIODS[0]),
        lists=latest_lists(session, user.district_id),
        number=number,
        wording=wording,
    )


def _with_differences(versions: Sequence[RankingSetting]) -> list[tuple[RankingSetting, list[str]]]:
    """Each version with what it changed against the one made before it; the first against the defaults."""
    before = [*versions[1:], settings.defaults(versions[0].district_id)] if versions else []
    return [(one, wording.differences(one, other)) for one, other in zip(versions, before, strict=True)]


@bp.route("/district/ranking/exposure")
@audience(*sorted(ANSWER_FOR_RANKING))
@reckons
def exposure() -> str:
    days = request.args.get("days", PERIODS[0], type=int)
    days = days if days in PERIODS else PERIODS[0]
    shown = showings(get_session(), signed_in().district_id, days)
    return render_template(
        "recommendations/exposure.html",
        showings=shown,
        periods=PERIODS,
        sizes=[(wording.size_words(group.key), group) for group in shown.by_size],
        neighbourhoods=[(wording.neighbourhood_words(group.key), group) for group in shown.by_neighbourhood],
    )


@bp.route("/district/ranking/new")
@audience(*sorted(ANSWER_FOR_RANKING))
def new_setting() -> str:
    """Starts from the version in use, or from the defaults."""
    form, district_id = RankingForm(formdata=None), signed_in().district_id
    from_defaults = request.args.get("from") == "defaults"
    form.fill(settings.defaults(district_id) if from_defaults else settings.current(get_session(), district_id))
    return _form_page(form)


@bp.route("/district/ranking/new", methods=["POST"])
@audience(*sorted(ANSWER_FOR_RANKING))
def add_setting() -> Answer:
    """A new version, put before a second person, once per form; what was typed stays when it cannot be done."""
    session, user, form = get_session(), signed_in(), RankingForm()
    sent = SentForm.of(form.form_token.data, user, request.form.to_dict(flat=False))
    try:
        location = sent.earlier_location(session)
        if location is None:
            if not form.validate():
                return _form_page(form), 422
            made = _add(session, form, user)
            location = url_for("recommendations.setting", setting_id=made.id)
            sent.remember(session, location)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _form_page(form), status_of(error)
    return redirect(location, 303)


def _add(session: Session, form: RankingForm, user: User) -> RankingSetting:
    shown = form.has_labelled_place.data
    values = form.weights, form.strength, shown, SettingOrigin.STAFF, form.reason.data
    made = settings.add_version(session, user.district_id, *values, by=user, in_use=False)
    settings.ask_for(session, made, user, form.reason.data)
    return made


def _form_page(form: RankingForm) -> str:
    form.form_token.data = new_token()
    setting = settings.current(get_session(), signed_in().district_id)
    return render_template(
        "recommendations/new_setting.html",
        form=form,
        rows=wording.weight_rows(setting.weights),
        explanations=sentences.PART_EXPLANATIONS,
    )


@bp.route("/district/ranking/<int:setting_id>")
@audience(*sorted(ANSWER_FOR_RANKING))
def setting(setting_id: int) -> str:
    return _setting_page(settings.get_setting(get_session(), setting_id, signed_in().district_id), UseForm())


@bp.route("/district/ranking/<int:setting_id>", methods=["POST"])
@audience(*sorted(ANSWER_FOR_RANKING))
def use_setting(setting_id: int) -> Answer:
    """The next step to a version that ranks: to ask a second person, or after the yes to put it in use."""
    session, user, form = get_session(), signed_in(), UseForm()
    chosen = settings.get_setting(session, setting_id, user.district_id)
    if session.scalar(open_grants(ApprovalKind.WEIGHTS, chosen, user, now := utc_now()).limit(1)):
        settings.use_granted(session, chosen, user, now)
        return redirect(url_for("recommendations.ranking"), 303)
    if not form.validate():
        return _setting_page(chosen, form), 422
    settings.ask_for(session, chosen, user, form.reason.data)
    return redirect(url_for("recommendations.setting", setting_id=setting_id), 303)


def _setting_page(chosen: RankingSetting, form: UseForm) -> str:
    session = get_session()
    in_use = settings.current(session, chosen.district_id)
    return render_template(
        "recommendations/setting.html",
        setting=chosen,
        in_use=in_use,
        differences=wording.differences(chosen, in_use),
        rows=wording.weight_rows(chosen.weights),
        changes=settings.changes_of(session, chosen),
        form=form,
        wording=wording,
        asked=latest(session, ApprovalKind.WEIGHTS, chosen),
        is_open=is_open,
        now=utc_now(),
    )
