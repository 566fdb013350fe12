"""The table of moves in the documentation is the one in the code."""

from __future__ import annotations

from pathlib import Path

from models.order import MOVES, Move, OrderStatus, Party

PAGE = Path(__file__).parents[2] / "docs" / "orders.md"


def row(move: Move) -> str:
    cells = [
        move.kind.value,
        ", ".join(status.value for status in OrderStatus if status in move.sources),
        move.to.value if move.to else "–",
        ", ".join(party.value for party in Party if party in move.actors),
        move.condition or "–",
        "needed" if move.needs_note else "–",
    ]
    return f"| {' | '.join(cells)} |"


def test_every_move_stands_in_the_page_as_it_is() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("| Move |")) + 2
    assert lines[begin : begin + len(MOVES)] == [row(move) for move in MOVES.values()]
    assert not lines[begin + len(MOVES)].startswith("|")
