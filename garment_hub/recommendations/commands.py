"""``garment-hub recommender recommend | train | rank | replay``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.briefs.reading import BriefErrors, read_brief
from garment_hub.db import engine_of, reading, unit_of_work
from garment_hub.recommendations import link_files, services, study_commands, training, wording
from garment_hub.recommendations.ranking import Ranking, rank_for_brief
from models.capacity import today_in_seoul
from models.district import DEFAULT_DISTRICT, District
from models.errors import Invalid
from models.factory import Factory
from models.recommendation import RankerArtifact, Recommendation
from recommender import RankedFactory, Reason, TeamPlace, Turn, reason_to_json

DONE, NOT_GOOD_ENOUGH, COULD_NOT = 0, 1, 2
LONGEST_LIST = 1000


def register(calls: Any) -> None:
    verbs = calls.add_parser("recommender", help="lists of partners").add_subparsers(dest="verb", required=True)
    recommend = verbs.add_parser("recommend", help="partners for a brief in a JSON file; the list is stored")
    recommend.add_argument("--brief", type=Path, required=True, metavar="FILE.json")
    recommend.add_argument("--k", type=_length, default=10)
    recommend.add_argument("--teams", action="store_true", help="teams too where single factories can do it")
    _add_common(recommend, _recommend)
    _add_common(verbs.add_parser("train", help="learn from the district's past orders"), _train)
    again = verbs.add_parser("replay", help="compute a stored list anew and compare")
    again.add_argument("id", type=int)
    again.add_argument("--json", action="store_true")
    again.set_defaults(run=_replay)
    _register_rank(verbs)
    study_commands.register(verbs)


def _register_rank(verbs: Any) -> None:
    rank = verbs.add_parser("rank", help="facilities for buyers, from bare lists; needs no database")
    for name in ("facilities", "links", "buyers", "out"):
        rank.add_argument(f"--{name}", type=Path, required=True, metavar="FILE.csv")
    rank.add_argument("--k", type=_length, default=10)
    rank.set_defaults(run=_rank)


def _add_common(call: argparse.ArgumentParser, run: Any) -> None:
    call.add_argument("--district", default=DEFAULT_DISTRICT)
    call.add_argument("--json", action="store_true")
    call.set_defaults(run=run)


def _length(text: str) -> int:
    number = int(text)
    if not 1 <= number <= LONGEST_LIST:
        raise argparse.ArgumentTypeError(f"must lie between 1 and {LONGEST_LIST}")
    return number


def _district(session: Session, code: str) -> District:
    known = {district.code: district for district in session.scalars(select(District).order_by(District.code))}
    if code not in known:
        raise Invalid("district_unknown", field="district", name=code, known=", ".join(known))
    return known[code]


def _recommend(arguments: argparse.Namespace, app: Flask) -> int:
    """The operator ranks the whole register, rows that the public does not see included."""
    try:
        brief = json.loads(arguments.brief.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        return _could_not(f"{arguments.brief}: no JSON ({error})")
    today = today_in_seoul()
    try:
        with reading(engine_of(app)) as session:
            read = read_brief(brief, district=_district(session, arguments.district), session=session, today=today)
            root = Path(app.config["DATA_DIR"])
            ranking = rank_for_brief(
                session, read, root=root, include_unlisted=True, k=arguments.k, with_teams=arguments.teams
            )
            names = _names(session, ranking)
    except BriefErrors as error:
        return _could_not(f"{arguments.brief}: {error}")
    with unit_of_work(engine_of(app)) as session:
        number = services.store_ranking(session, None, ranking).id
    answer = _as_json(number, ranking, names)
    print(json.dumps(answer, ensure_ascii=False) if arguments.json else _as_text(answer))
    return DONE if ranking.answer.ranked else NOT_GOOD_ENOUGH


def _names(session: Session, ranking: Ranking) -> dict[str, str]:
    answer = ranking.answer
    places = [*answer.ranked, *([answer.turn.place] if answer.turn else [])]
    members = (place.factory for team in answer.teams for place in team.places)
    ids = {int(one) for one in [*(place.factory for place in places), *members]}
    query = select(Factory.id, Factory.name).where(Factory.id.in_(ids))
    return {str(one): name for one, name in session.execute(query)}


def _as_json(number: int, ranking: Ranking, names: dict[str, str]) -> dict[str, Any]:
    answer = ranking.answer
    return {
        "id": number,
        "feasible": answer.feasible,
        "unknown": answer.unknown,
        "infeasible": answer.infeasible,
        "ranked": [_place(place, names[place.factory]) for place in answer.ranked],
        "turn": _turn(answer.turn, names) if answer.turn else None,
        "teams": [[_member(place, names[place.factory]) for place in team.places] for team in answer.teams],
        "relax": _worded(answer.relax) if answer.relax else None,
        "why_not": dict(ranking.why_not),
        "ranker": ranking.ranker_version,
        "artifact": ranking.artifact_sha256,
    }


def _place(place: RankedFactory, name: str) -> dict[str, Any]:
    return {
        "factory": int(place.factory),
        "name": name,
        "rank": place.rank,
        "score": place.score,
        "parts": dict(place.parts),
        "reasons": [_worded(reason) for reason in place.reasons],
        "questions": [_worded(question) for question in place.questions],
    }


def _turn(turn: Turn, names: dict[str, str]) -> dict[str, Any]:
    candidates = [int(one) for one in turn.candidates]
    return _place(turn.place, names[turn.place.factory]) | {"probability": turn.probability, "candidates": candidates}


def _member(place: TeamPlace, name: str) -> dict[str, Any]:
    return {
        "factory": int(place.factory),
        "name": name,
        "position": place.position,
        "processes": sorted(place.processes),
        "quantity": place.quantity,
        "starts_on": place.starts_on.isoformat(),
        "due_on": place.due_on.isoformat(),
        "is_lead": place.is_lead,
    }


def _worded(reason: Reason) -> dict[str, Any]:
    return reason_to_json(reason) | {"text": wording.sentence(reason)}


def _as_text(answer: dict[str, Any]) -> str:
    lines = [f"List {answer['id']}: {answer['feasible']} fit, {answer['unknown']} have to be asked."]
    for place in answer["ranked"]:
        why = "; ".join(reason["text"] for reason in place["reasons"][:3])
        lines.append(f"{place['rank']:3} {100 * place['score']:5.1f} {place['name']}: {why}")
    if answer["relax"]:
        lines.append(f"Nothing fits. {answer['relax']['text']}: {answer['relax']['values']['factories']} can be asked.")
    elif not answer["ranked"]:
        lines.append("Nothing fits, and no single change would open the way.")
    return "\n".join(lines)


def _train(arguments: argparse.Namespace, app: Flask) -> int:
    with reading(engine_of(app)) as session, _bar(training.STAGES) as begin:
        district = _district(session, arguments.district)
        trained = training.fit(session, district, Path(app.config["DATA_DIR"]), progress=begin)
    with unit_of_work(engine_of(app)) as session:
        artifact = training.keep(session, trained)
    if arguments.json:
        print(json.dumps(_artifact_as_json(artifact), ensure_ascii=False))
    else:
        print(f"Artifact {artifact.key}: {artifact.figures['verdict']}. {json.dumps(artifact.figures)}")
    return DONE if artifact.is_in_use else NOT_GOOD_ENOUGH


@contextmanager
def _bar(stages: Sequence[str]) -> Iterator[training.Progress]:
    """How far a long call has come, on standard error; silent where that is no terminal."""
    from tqdm import tqdm

    with tqdm(total=len(stages), disable=None, bar_format="{l_bar}{bar}| {n}/{total} {elapsed}") as bar:

        def begin(stage: str) -> None:
            bar.set_description(stage, refresh=False)
            bar.update(stages.index(stage) - bar.n)
            bar.refresh()

        yield begin
        bar.update(len(stages) - bar.n)


def _artifact_as_json(artifact: RankerArtifact) -> dict[str, Any]:
    return {
        "artifact": artifact.key,
        "sha256": artifact.sha256,
        "replaced": artifact.is_in_use,
        "verdict": artifact.figures["verdict"],
        "figures": {name: value for name, value in artifact.figures.items() if name != "verdict"},
    }


def _replay(arguments: argparse.Namespace, app: Flask) -> int:
    with reading(engine_of(app)) as session:
        stored = session.get(Recommendation, arguments.id)
        if stored is None:
            return _could_not(f"There is no list {arguments.id}.")
        is_equal = services.replay(session, stored)
    if arguments.json:
        print(json.dumps({"id": arguments.id, "equal": is_equal}))
    else:
        print(f"List {arguments.id}: {'equal' if is_equal else 'not equal'}")
    return DONE if is_equal else NOT_GOOD_ENOUGH


def _rank(arguments: argparse.Namespace, _app: Flask) -> int:
    try:
        count = link_files.rank_files(
            arguments.facilities, arguments.links, arguments.buyers, arguments.out, k=arguments.k
        )
    except link_files.WrongFile as error:
        return _could_not(str(error))
    print(f"{count} rows written to {arguments.out}", file=sys.stderr)
    return DONE


def _could_not(why: str) -> int:
    print(" ".join(why.split()), file=sys.stderr)
    return COULD_NOT
