"""``garment-hub recommender evaluate | simulate | bench``: how good, in what worlds, how fast."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from garment_hub.db import engine_of, reading
from garment_hub.recommendations import study, study_report
from models.capacity import today_in_seoul
from models.district import DEFAULT_DISTRICT, District
from models.errors import Invalid

DONE, NOT_GOOD_ENOUGH, COULD_NOT = 0, 1, 2
CHECKOUT = Path(__file__).parents[2]
HALF = "--facilities and --links go together."


def register(verbs: Any) -> None:
    evaluate = verbs.add_parser("evaluate", help="all rankers on past orders, or on bare lists of facilities and links")
    _add_data(evaluate)
    _add_common(evaluate, _evaluate)
    simulate = verbs.add_parser("simulate", help="the frozen market with known truth, and its gates")
    simulate.add_argument("--seed", type=int)
    simulate.add_argument("--market", type=Path, metavar="FILE.json")
    _add_common(simulate, _simulate)
    report = verbs.add_parser("report", help="all of this as a page with plots; needs the extra [study]")
    report.add_argument("--out", type=Path, required=True, metavar="DIR")
    report.add_argument("--market", type=Path, metavar="FILE.json")
    _add_data(report)
    report.set_defaults(run=_report)
    bench = verbs.add_parser("bench", help="how fast, beside other ways of ranking; only in a checkout")
    bench.add_argument("--factories", type=_count, default=25_000)
    _add_common(bench, _bench)


def _add_data(call: argparse.ArgumentParser) -> None:
    for name in ("facilities", "links"):
        call.add_argument(f"--{name}", type=Path, metavar="FILE.csv")
    call.add_argument("--district", default=DEFAULT_DISTRICT)


def _add_common(call: argparse.ArgumentParser, run: Any) -> None:
    call.add_argument("--json", action="store_true")
    call.set_defaults(run=run)


def _count(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _evaluate(arguments: argparse.Namespace, app: Flask) -> int:
    if _is_half(arguments):
        return _could_not(HALF)
    try:
        found = _of_files(arguments) if arguments.facilities else _of_district(arguments.district, app)
    except ValueError as error:
        return _could_not(str(error))
    if found is None:
        return _could_not("Too few past orders to judge by: import some with `garment-hub orders import`.")
    _tell(arguments, found, _evaluation_as_text)
    return DONE


def _is_half(arguments: argparse.Namespace) -> bool:
    return (arguments.facilities is None) != (arguments.links is None)


def _of_files(arguments: argparse.Namespace) -> dict[str, Any]:
    return study.evaluate_files(arguments.facilities, arguments.links)


def _of_district(code: str, app: Flask) -> dict[str, Any] | None:
    past = _past(code, app)
    return study.evaluate_past(past) if past.windows else None


def _past(code: str, app: Flask) -> study.Past:
    with reading(engine_of(app)) as session:
        district = session.scalar(select(District).where(District.code == code))
        if district is None:
            known = ", ".join(session.scalars(select(District.code).order_by(District.code)))
            raise Invalid("district_unknown", field="district", name=code, known=known)
        return study.load_past(session, district, today_in_seoul())


def _evaluation_as_text(found: dict[str, Any]) -> str:
    header = f"{'':16}{'NDCG@10 (95 %)':>20}{'hit@3':>8}{'recall@10':>11}{'MRR':>7}"
    has_lists = found["data"] == "district"
    lines = [header + (f"{'coverage':>10}{'Gini':>7}{'new':>7}" if has_lists else "")]
    for name, one in found["rankers"].items():
        best = one["ndcg_at_10"]
        interval = f"{best['mean']:.3f} ({best['low']:.3f}-{best['high']:.3f})"
        others = f"{one['hit_at_3']['mean']:8.3f}{one['recall_at_10']['mean']:11.3f}{one['mrr']['mean']:7.3f}"
        lists = one.get("lists")
        shown = (
            f"{lists['coverage']:10.2f}{lists['exposure_gini']:7.2f}{lists['new_factory_share']:7.2f}" if lists else ""
        )
        lines.append(f"{name:16}{interval:>20}{others}{shown}")
    if calibration := found.get("calibration"):
        brier = f"{calibration['brier']['mean']:.3f} against {calibration['brier_of_mean']:.3f} for the mean"
        lines.append(f"Acceptance: Brier score {brier}, {calibration['requests']} requests.")
    return "\n".join(lines)


def _simulate(arguments: argparse.Namespace, _app: Flask) -> int:
    try:
        given = study.market_file(arguments.market)
        found = _simulated(given if arguments.seed is None else given | {"seed": arguments.seed})
    except ValueError as error:
        return _could_not(f"{arguments.market or '--seed'}: {error}")
    _tell(arguments, found, _gates_as_text)
    return DONE if found["passed"] else NOT_GOOD_ENOUGH


def _simulated(given: Mapping[str, Any]) -> dict[str, Any]:
    """Minutes of work: how far it has come is told on standard error, where that is a terminal."""
    from tqdm import tqdm

    with tqdm(total=1.0, disable=None, bar_format="{l_bar}{bar}| {elapsed}") as bar:

        def tell(share: float, what: str) -> None:
            bar.set_description(what, refresh=False)
            bar.update(share - bar.n)

        return study.simulated(given, tell)


def _gates_as_text(found: dict[str, Any]) -> str:
    gates = [
        f"{'held' if gate['held'] else 'missed':8}{gate['value'] or 0.0:8.3f}  wanted {gate['wanted']}  {gate['name']}"
        for gate in found["gates"]
    ]
    return "\n".join([*gates, "All gates held." if found["passed"] else "Not all gates held."])


def _report(arguments: argparse.Namespace, app: Flask) -> int:
    """Everything that can be judged here; bare lists only where files are given."""
    if _is_half(arguments):
        return _could_not(HALF)
    try:
        found = _figures(arguments, app)
    except ValueError as error:
        return _could_not(str(error))
    for path in study_report.write_report(arguments.out, found, today_in_seoul()):
        print(path, file=sys.stderr)
    return DONE


def _figures(arguments: argparse.Namespace, app: Flask) -> dict[str, Any]:
    given, past = study.market_file(arguments.market), _past(arguments.district, app)
    return {
        "links": _of_files(arguments) if arguments.facilities else None,
        "district": study.evaluate_past(past) if past.windows else None,
        "calibration": study.calibrated(given),
        "showings": study.showings(past) if past.split == "time" else None,
        "market": _simulated(given),
    }


def _bench(arguments: argparse.Namespace, _app: Flask) -> int:
    """Rivals live in the checkout, which an installed command does not look into by itself."""
    if not (CHECKOUT / "benchmarks" / "partners.py").exists():
        return _could_not("recommender bench runs in a checkout only: an installed package holds no benchmarks.")
    sys.path.append(str(CHECKOUT))
    try:
        partners = import_module("benchmarks.partners")
    except ModuleNotFoundError as error:
        return _could_not(f"{error}: pip install -e '.[bench]' in the checkout.")
    _tell(arguments, partners.measure(arguments.factories), lambda one: json.dumps(one, ensure_ascii=False, indent=2))
    return DONE


def _tell(arguments: argparse.Namespace, found: dict[str, Any], as_text: Callable[[dict[str, Any]], str]) -> None:
    print(json.dumps(found, ensure_ascii=False) if arguments.json else as_text(found))


def _could_not(why: str) -> int:
    print(" ".join(why.split()), file=sys.stderr)
    return COULD_NOT
