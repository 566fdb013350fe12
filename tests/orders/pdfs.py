"""Reads what the PDFs of this room hold: their text, their head and their tags; just enough of the format for ours."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cached_property

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_SHOWN = re.compile(rb"/(\w+) [\d.-]+ Tf|\[([^\]]*)\] TJ")
_CHARACTERS = re.compile(rb"<([0-9a-f]+)> <([0-9a-f]+)>")


@dataclass(frozen=True)
class Pdf:
    data: bytes

    @cached_property
    def objects(self) -> dict[int, bytes]:
        found = {int(number): body for number, body in _OBJECT.findall(self.data)}
        for body in [body for body in found.values() if b"/ObjStm" in body]:
            found |= _packed(body)
        return found

    def object_at(self, name: str, holder: bytes) -> bytes:
        """What the holder refers to by this name."""
        number = re.search(rb"/" + name.encode() + rb" (\d+) 0 R", holder)
        assert number, name
        return self.objects[int(number[1])]

    @cached_property
    def catalogue(self) -> bytes:
        return next(body for body in self.objects.values() if b"/Type /Catalog" in body)

    @cached_property
    def pages(self) -> list[bytes]:
        return [body for body in self.objects.values() if re.search(rb"/Type /Page\b(?!s)", body)]

    @cached_property
    def keywords(self) -> str:
        info = next(body for body in self.objects.values() if b"/Keywords" in body and b"/Producer" in body)
        found = re.search(rb"/Keywords \((.*?)\)", info)
        assert found
        return found[1].decode()

    @cached_property
    def text(self) -> str:
        """All words without blanks: blanks are places on the paper, not characters."""
        return "".join(self._text_of(page) for page in self.pages)

    def _text_of(self, page: bytes) -> str:
        fonts = self._fonts(page)
        known, words = {}, []
        for font, shown in _SHOWN.findall(stream_of(self.object_at("Contents", page))):
            if font:
                known = fonts[font]
            for glyphs in re.findall(rb"<([0-9a-f]+)>", shown):
                codes = [int(glyphs[at : at + 4], 16) for at in range(0, len(glyphs), 4)]
                words.append("".join(known[code] for code in codes))
        return "".join("".join(words).split())

    def _fonts(self, page: bytes) -> dict[bytes, dict[int, str]]:
        fonts = self.object_at("Font", self.object_at("Resources", page))
        found = {}
        for name, number in re.findall(rb"/(\w+) (\d+) 0 R", fonts):
            table = stream_of(self.object_at("ToUnicode", self.objects[int(number)]))
            pairs = _CHARACTERS.findall(table)
            found[name] = {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}
        return found

    def tags(self, kind: str) -> list[bytes]:
        """Elements of the structure tree of this kind."""
        return [body for body in self.objects.values() if b"/StructElem" in body and b"/S /%s/" % kind.encode() in body]


def stream_of(body: bytes) -> bytes:
    content = body.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0]
    return zlib.decompress(content) if b"/FlateDecode" in body else content


def _packed(body: bytes) -> dict[int, bytes]:
    """Objects that are kept together in one stream."""
    content, first = stream_of(body), re.search(rb"/First (\d+)", body)
    assert first
    start = int(first[1])
    numbers = list(map(int, content[:start].split()))
    places = [*numbers[1::2], len(content) - start]
    return {
        number: content[start + begin : start + end]
        for number, begin, end in zip(numbers[::2], places, places[1:], strict=False)
    }
