"""Pictures people send: decoded, drawn anew, and nothing else let in."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from garment_hub import files
from models.errors import Invalid, NotFound

ROOT = Path(__file__).parents[1]


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    written = BytesIO()
    Image.new(mode, size, "red" if mode.startswith("RGB") else 1).save(written, kind, **options)
    return written.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 10_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_accepted_kind_becomes_a_webp_and_comes_back(kind: str, tmp_path: Path) -> None:
    key = files.store_picture(tmp_path, picture(kind))
    content, mimetype = files.read_file(tmp_path, key)
    assert mimetype == "image/webp"
    assert opened(content).format == "WEBP"
    assert opened(content).size == (60, 40)


@given(st.integers(1, 2400), st.integers(1, 2400))
@settings(max_examples=15, deadline=None)
def test_no_side_is_longer_than_1600_and_small_ones_keep_their_size(width: int, height: int) -> None:
    drawn = opened(files.redraw(picture(size=(width, height))))
    assert max(drawn.size) <= 1600
    if max(width, height) <= 1600:
        assert drawn.size == (width, height)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK"])
def test_every_way_of_storing_colours_is_read(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    written = BytesIO()
    Image.new(mode, (20, 10)).save(written, kind)
    assert opened(files.redraw(written.getvalue())).size == (20, 10)


def test_the_camera_s_notes_are_gone_and_the_picture_stands_upright() -> None:
    notes = Image.Exif()
    notes[0x0112] = 6  # lies on its side
    notes[0x010F] = "made by CAMERA-4711"
    notes.get_ifd(0x8825)[1] = "N"
    drawn = files.redraw(picture(size=(60, 40), exif=notes))
    assert opened(drawn).size == (40, 60)
    assert not opened(drawn).getexif()
    assert b"CAMERA-4711" not in drawn


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff<script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        picture()[:-200],
        b"PK\x03\x04 a zip",
        b"%PDF-1.7",
    ],
)
def test_what_is_no_whole_picture_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="picture_unreadable"):
        files.store_picture(tmp_path / "uploads", data)
    assert not list(tmp_path.rglob("*.webp"))


@given(st.binary(max_size=400))
def test_any_bytes_are_a_picture_or_refused(tail: bytes) -> None:
    for start in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x01\x00\x00WEBP"):
        with pytest.raises(Invalid):
            files.redraw(start + tail)


@pytest.mark.parametrize("size", [(65_000, 65_000), (30_000, 1_000)])
def test_a_picture_with_more_points_than_a_decoder_should_hold_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(Invalid, match="picture_too_large"):
        files.redraw(png_header(*size))


def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    """In a process of its own: the most memory ever held may rise by 100 MB, and hardly does."""
    (tmp_path / "bomb.png").write_bytes(png_header(65_000, 65_000))
    script = """
import resource, sys
from garment_hub.files import redraw
from models.errors import Invalid
import pi_heif
from PIL import Image
data = open(sys.argv[1], "rb").read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    redraw(data)
except Invalid as error:
    print(error.code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    bomb = str(tmp_path / "bomb.png")
    run = subprocess.run(
        [sys.executable, "-c", script, bomb], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    code, grown = run.stdout.split()
    unit = 1 if sys.platform == "darwin" else 1024
    assert code == "picture_too_large"
    assert int(grown) * unit < 100 * 1024 * 1024


@pytest.mark.parametrize("key", ["", "../secret_key", "a.webp", "0" * 32 + ".html", "/etc/passwd", "0" * 32 + ".webp"])
def test_only_keys_of_our_making_name_a_file(key: str, tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("secret")
    (tmp_path / "uploads").mkdir()
    with pytest.raises(NotFound):
        files.read_file(tmp_path / "uploads", key)


def test_a_removed_file_is_gone_and_may_be_removed_twice(tmp_path: Path) -> None:
    key = files.store_picture(tmp_path, picture())
    files.remove_file(tmp_path, key)
    files.remove_file(tmp_path, key)
    with pytest.raises(NotFound):
        files.read_file(tmp_path, key)
