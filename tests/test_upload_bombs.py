"""Files made to burst, through the pages that take them: refused, without taking the memory of the machine."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.registry.registers import as_csv
from tests.registry.workbook_files import xlsx
from tests.test_files import picture, png_header

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
MEGABYTE = 1024 * 1024
MOST_BYTES = 100 * MEGABYTE
REFUSED = {413, 422}
ROWS = [["업체명", "주소"], ["가온봉제", "장안동 1"]]


def burst(name: str, size: int, *, says: int | None = None) -> bytes:
    """A workbook whose part ``name`` is ``size`` zeros when unpacked; ``says`` is what the archive pretends."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(("등록부", ROWS)))) as good,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bad,
    ):
        for entry in good.namelist():
            content = good.read(entry)
            bad.writestr(entry, content + b" " * size if entry == name else content)
        true = bad.getinfo(name).file_size
    data = written.getvalue()
    return data if says is None else data.replace(struct.pack("<L", true), struct.pack("<L", says))


def many_entries() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for number in range(60_000):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"")
    return written.getvalue()


def parts(number: int, head: str = 'name="field{number}"', body: str = "a") -> bytes:
    one = "--frontier\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n"
    return (
        "".join(one.format(head=head.format(number=n), body=body) for n in range(number)).encode() + b"--frontier--\r\n"
    )


SHEET = "xl/worksheets/sheet1.xml"
BOMBS: dict[str, Callable[[], bytes]] = {
    "picture.huge.png": lambda: png_header(65_000, 65_000),
    "picture.wide.png": lambda: png_header(2**31 - 1, 1),
    "picture.page.png": lambda: b"<html><script>alert(1)</script></html>",
    "picture.drawing.svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "picture.register.xlsx": lambda: xlsx(("등록부", ROWS)),
    "picture...%..%..%outside.png": lambda: b"no picture",
    "picture.fields.form": lambda: parts(1_001),
    "picture.more_fields.form": lambda: parts(200_000),
    "picture.files.form": lambda: parts(1_001, 'name="drawings"; filename="a{number}.png"'),
    "picture.long.form": lambda: b"--frontier\r\n" + b"a" * (33 * MEGABYTE),
    "picture.field.form": lambda: parts(1, body="a" * (3 * MEGABYTE)),
    "register.sheet.xlsx": lambda: burst(SHEET, 300 * MEGABYTE),
    "register.strings.xlsx": lambda: burst("xl/sharedStrings.xml", 300 * MEGABYTE),
    "register.entries.xlsx": many_entries,
    "register.picture.csv": lambda: picture("PNG"),
    "register.columns.csv": lambda: b"a," * 1_000_000 + as_csv(*ROWS),
    "register...%..%..%outside.csv": lambda: b"%PDF-1.7",
    "register.parts.form": lambda: parts(1_001),
}  # fmt: skip
# An archive that lies about its size: what it says is let in, what it is must not come out.
LIARS: dict[str, Callable[[], bytes]] = {"register.liar.xlsx": lambda: burst(SHEET, 300 * MEGABYTE, says=5_000)}
# A picture under such a name is a picture; the name goes nowhere.
WELCOME: dict[str, Callable[[], bytes]] = {"picture...%..%..%welcome.png": lambda: picture("PNG")}


@pytest.fixture(scope="module")
def thrown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, int]]]:
    folder = tmp_path_factory.mktemp("bombs")
    (folder / "bombs").mkdir()
    (folder / "harmless.xlsx").write_bytes(xlsx(("등록부", ROWS)))
    for name, make in (BOMBS | LIARS | WELCOME).items():
        (folder / "bombs" / name).write_bytes(make())
    call = [sys.executable, "-m", "tests.bombing", str(folder)]
    run = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    return folder, json.loads(run.stdout.splitlines()[-1])


def test_each_is_refused_as_the_reader_s_mistake(thrown: tuple[Path, dict[str, dict[str, int]]]) -> None:
    _folder, found = thrown
    assert {name: found[name]["status"] for name in BOMBS if found[name]["status"] not in REFUSED} == {}
    assert {name: found[name]["status"] for name in WELCOME} == dict.fromkeys(WELCOME, 303)
    assert found["register.liar.xlsx"]["status"] < 500


def test_none_takes_a_hundred_megabytes(thrown: tuple[Path, dict[str, dict[str, int]]]) -> None:
    _folder, found = thrown
    assert {name: one["bytes"] // MEGABYTE for name, one in found.items() if one["bytes"] > MOST_BYTES} == {}


def test_nothing_is_written_outside_the_places_for_it(thrown: tuple[Path, dict[str, dict[str, int]]]) -> None:
    folder, _found = thrown
    there = {path.name for path in (folder / "data").iterdir()}
    assert {name for name in there if not name.startswith("garment_hub.sqlite3")} <= {
        "uploads",
        "imports",
        "jobs.sqlite3",
    }
    assert {path.suffix for path in (folder / "data" / "uploads").iterdir()} == {".webp"}
    assert {path.parent.name for path in folder.rglob("*outside*")} <= {"bombs"}
