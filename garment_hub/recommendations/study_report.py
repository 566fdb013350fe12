"""The report on how good the ranker is: a page in plain English and its plots, both made of the figures alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

PAGE = "how-good-it-is.md"
COMMAND = "garment-hub recommender report"
#: What each ranker is, in words, in the order of tables and plots.
WORDS = {
    "oracle": "oracle",
    "partner": "our ranker",
    "ours": "our ranker",
    "ours_learnt": "our ranker, weights learnt",
    "content_only": "its stated half",
    "history_only": "its history half",
    "label_count": "label-count rule",
    "hybrid": "our ranker of links",
    "content_knn": "content neighbours",
    "item_knn": "link neighbours",
    "ease": "EASE",
    "als": "ALS",
    "popularity": "popularity",
    "nearest": "nearest",
    "random_feasible": "random draw",
    "random": "random",
}
METRICS = ("ndcg_at_10", "hit_at_3", "recall_at_10", "mrr")
METRIC_HEADERS = ("NDCG@10 (95 %)", "hit@3", "recall@10", "MRR")
#: What exposure does, by the names of the market's figures.
FAIRNESS = {
    "success": "true success@10",
    "overflow": "overflow",
    "exposure_gini": "exposure Gini",
    "new_factory_share": "lists with a new factory",
}
Found = Mapping[str, Any]


def write_report(out: Path, found: Mapping[str, Found | None], made_on: date) -> list[Path]:
    """Write the page and its plots below ``out``; a section whose figures are missing is left out.

    ``found`` holds ``market`` (`simulate`), ``links`` and ``district`` (`evaluate`), ``calibration`` and ``showings``
    (name to points of a Lorenz curve and ``gini``).
    """
    sections = {
        "market": _market,
        "links": _links,
        "district": _district,
        "calibration": _calibration,
        "showings": _showings,
    }
    plots: dict[str, str] = {}
    parts = [_head(made_on)]
    for name, section in sections.items():
        if figures := found.get(name):
            text, plot = section(figures)
            parts.append(text)
            plots |= {f"{name}.svg": plot} if plot else {}
    out.mkdir(parents=True, exist_ok=True)
    texts = {PAGE: "\n\n".join(parts) + "\n"} | plots
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")
    return [out / name for name in texts]


def _head(made_on: date) -> str:
    return (
        "# How good the recommender is\n\n"
        f"Written by `{COMMAND}` on {made_on.isoformat()}; not edited by hand. Brackets hold 95 % intervals by "
        "bootstrap over designers or buyers. A factory that was not chosen is unknown, not wrong: figures compare "
        "rankers and say little by themselves."
    )


def _market(found: Found) -> tuple[str, str]:
    from garment_hub.recommendations.study_plots import intervals

    worlds: Mapping[str, Mapping[str, Found]] = found["models"]
    models = list(dict.fromkeys(name for models in worlds.values() for name in models))
    missed = [gate["name"].replace("_", " ") for gate in found["gates"] if not gate["held"]]
    text = [
        "## In a market with known truth",
        "Made-up factories and designers whose true chance of a good order is known: success@10 is the mean chance "
        "over the ten listed. In the content world only what can be stated counts, in the history world only what past "
        "orders show, in the mixed world both.",
        _table(
            ["model", *(f"{world} world" for world in worlds)],
            [[_word(name), *(_interval(one[name]) for one in worlds.values())] for name in models],
        ),
        f"{len(found['gates']) - len(missed)} of {len(found['gates'])} gates held."
        + (f" Missed: {'; '.join(missed)}." if missed else ""),
        _table(["gate", "value", "wanted", "held"], [_gate(one) for one in found["gates"]]),
        "What the fair turn and the labelled place change in the mixed world, three months of lists each:",
        _table(["", *FAIRNESS.values()], [_fairness(name, one) for name, one in found["fairness"].items()]),
        _picture("market", "True success of each model in the three worlds"),
    ]
    points = [
        {"group": f"{world} world", "name": _word(name), "series": "success@10", **one}
        for world, models_of in worlds.items()
        for name, one in models_of.items()
    ]
    return "\n\n".join(text), intervals(points, "true success@10", [_word(name) for name in models], ["success@10"])


def _gate(gate: Found) -> list[str]:
    value = "none" if gate["value"] is None else f"{gate['value']:.3f}"
    return [gate["name"].replace("_", " "), value, gate["wanted"], "yes" if gate["held"] else "no"]


def _fairness(name: str, figures: Found) -> list[str]:
    return [name.replace("_", " "), *(f"{figures[key]:.3f}" for key in FAIRNESS)]


def _links(found: Found) -> tuple[str, str]:
    from garment_hub.recommendations.study_plots import intervals

    rankers: Mapping[str, Found] = found["rankers"]
    ours, popular = rankers["hybrid"], rankers["popularity"]
    rows = [
        [_word(name), *_metrics(one), f"{one['splits_above_popularity']} of {found['splits']}", _new(one)]
        for name, one in rankers.items()
    ]
    text = [
        "## On a real buyer-factory graph kept outside the project",
        f"{found['facilities']} facilities and {found['links']:,} undated relations. {found['splits']} times a quarter "
        "of each buyer's sites is hidden and looked for; sister factories, which share an address or a list of buyers, "
        "are hidden together. The last column hides a quarter of the sites from everybody: facilities nobody has named "
        "yet.",
        f"Our ranker of links reaches {_mean(ours)}, popularity {_mean(popular)}; it is above popularity in "
        f"{ours['splits_above_popularity']} of {found['splits']} re-splits.",
        _table(["ranker", *METRIC_HEADERS, "above popularity", "new facilities, NDCG@10"], rows),
        _picture("links", "NDCG@10 of each ranker of links, known and new facilities"),
    ]
    points = [
        {"name": _word(name), "series": series, **figures["ndcg_at_10"]}
        for name, one in rankers.items()
        for series, figures in (("known facilities", one), ("new facilities", one["new_facilities"]))
        if figures
    ]
    return "\n\n".join(text), intervals(
        points, "NDCG@10", [_word(name) for name in rankers], ["known facilities", "new facilities"]
    )


def _district(found: Found) -> tuple[str, str]:
    from garment_hub.recommendations.study_plots import intervals

    rankers: Mapping[str, Found] = found["rankers"]
    ours, rule = rankers["partner"], rankers["label_count"]
    how = "rolling cuts in time" if found["split"] == "time" else "re-splits by site"
    text = [
        f"## On past orders of the district {found['district']}" + (" (made-up data)" if found["made_up"] else ""),
        f"{found['cases']} briefs in {len(found['windows'])} {how}; {found['left_out']} more are left out, since the "
        "facts of now exclude the factory chosen then. "
        f"Our ranker reaches {_mean(ours)}, the label-count rule {_mean(rule)}.",
        _table(["ranker", *METRIC_HEADERS], [[_word(name), *_metrics(one)] for name, one in rankers.items()]),
        "Only briefs whose factory had no order yet, and only designers without one:",
        _table(["ranker", "new factories, NDCG@10", "new designers, NDCG@10"], _slices(rankers)),
        "What the lists do to the district:",
        _table(
            [
                "ranker",
                "coverage",
                "never shown",
                "exposure Gini",
                "lists with a new factory",
                "overflow",
                "empty lists",
            ],
            [[_word(name), *_lists(one["lists"])] for name, one in rankers.items()],
        ),
        "Coverage is the share of all factories that a list has shown; never shown, of those that could have stood in "
        "one. Overflow is the share of the work that is too much if every brief goes to its first place.",
        _picture("district", "NDCG@10 of each ranker on past orders"),
    ]
    points = [{"name": _word(name), "series": "all briefs", **one["ndcg_at_10"]} for name, one in rankers.items()]
    return "\n\n".join(text), intervals(points, "NDCG@10", [_word(name) for name in rankers], ["all briefs"])


def _slices(rankers: Mapping[str, Found]) -> list[list[str]]:
    return [
        [
            _word(name),
            *(_interval(part["ndcg_at_10"]) + f", {part['cases']} briefs" if part else "none" for part in parts),
        ]
        for name, one in rankers.items()
        for parts in [(one["new_factories"], one["new_designers"])]
    ]


def _lists(lists: Found) -> Iterator[str]:
    names = "coverage", "never_shown_share", "exposure_gini", "new_factory_share", "overflow", "empty_answers"
    for name in names:
        yield "unknown" if lists[name] is None else f"{lists[name]:.2f}"


def _calibration(found: Found) -> tuple[str, str]:
    from garment_hub.recommendations.study_plots import reliability

    rows = [[str(one["requests"]), f"{one['foretold']:.3f}", _interval(one["accepted"])] for one in found["bins"]]
    text = [
        "## Do factories say yes as often as foretold?",
        f"The acceptance part, read as the chance of a yes, on {found['requests']:,} requests of the simulated market "
        f"that came after what it was learnt from; {found['accepted_share']:.0%} were accepted. Its Brier score is "
        f"{_interval(found['brier'])}, that of always foretelling the mean {found['brier_of_mean']:.3f}; the foretold "
        f"share is {found['expected_calibration_error']:.3f} off on average.",
        _table(["requests", "foretold", "said yes (95 %)"], rows),
        _picture("calibration", "Foretold share of yes against the share that said yes"),
    ]
    return "\n\n".join(text), reliability(found["bins"])


def _showings(found: Found) -> tuple[str, str]:
    from garment_hub.recommendations.study_plots import lorenz_curves

    ginis = ", ".join(f"{name} {one['gini']:.2f}" for name, one in found.items())
    never = ", ".join(f"{name} {one['never']} of {one['factories']}" for name, one in found.items())
    text = [
        "## Who is shown",
        "The briefs of the district above, answered one after the other, every list counting for the ones after it. "
        f"Gini's coefficient of what was shown (0: all alike): {ginis}. "
        f"Never shown, though they could have been: {never}.",
        _picture("showings", "Lorenz curve of showings with and without fair turn"),
    ]
    return "\n\n".join(text), lorenz_curves({name: one["points"] for name, one in found.items()})


def _word(name: str) -> str:
    return WORDS.get(name, name.replace("_", " "))


def _metrics(one: Found) -> list[str]:
    first, *others = (one[name] for name in METRICS)
    return [_interval(first), *(f"{other['mean']:.3f}" for other in others)]


def _new(one: Found) -> str:
    return _interval(one["new_facilities"]["ndcg_at_10"]) if one["new_facilities"] else "none"


def _mean(one: Found) -> str:
    return f"NDCG@10 {one['ndcg_at_10']['mean']:.3f}"


def _interval(one: Found) -> str:
    return f"{one['mean']:.3f} ({one['low']:.3f}-{one['high']:.3f})"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _picture(name: str, words: str) -> str:
    return f"![{words}]({name}.svg)"
