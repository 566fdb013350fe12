"""Particles follow the sound of the word before them."""

from __future__ import annotations

import pytest

from garment_hub.recommendations.korean import with_particles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("셔츠·블라우스을(를) 만들어요", "셔츠·블라우스를 만들어요"),
        ("재킷을(를) 만들어요", "재킷을 만들어요"),
        ("정장(수트)은(는) 만들지 않아요", "정장(수트)은 만들지 않아요"),
        ("GOTS (국제유기농섬유기준)이(가) 있어요", "GOTS (국제유기농섬유기준)가 있어요"),
        ("재단과(와) 봉제", "재단과 봉제"),
        ("12,000원(으)로 올리면", "12,000원으로 올리면"),
        ("오버로크(으)로, 재단칼(으)로", "오버로크로, 재단칼로"),
        ("10이(가), 2이(가), 3(으)로", "10이, 2가, 3으로"),
        ("조사가 없는 문장은 그대로예요", "조사가 없는 문장은 그대로예요"),
    ],
)
def test_particles(text: str, expected: str) -> None:
    assert with_particles(text) == expected
