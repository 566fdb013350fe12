"""A browser in a word or two, as its owner would name it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from garment_hub.accounts.devices import PROGRAMS, SYSTEMS, device_of, device_words

ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-S921N) AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            f"{ANDROID} Version/4.0 Chrome/120.0.6099.230 Mobile Safari/537.36;KAKAOTALK 2410420",
            "카카오톡 · 안드로이드",
        ),
        (f"{IPHONE} Mobile/15E148 KAKAOTALK 10.8.0", "카카오톡 · 아이폰"),
        (f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "사파리 · 아이폰"),
        (f"{IPHONE} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1", "크롬 · 아이폰"),
        (f"{ANDROID} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36", "삼성 인터넷 · 안드로이드"),
        (f"{ANDROID} Chrome/126.0.0.0 Mobile Safari/537.36", "크롬 · 안드로이드"),
        (f"{IPHONE} Mobile/15E148 NAVER(inapp; search; 2000; 12.6.2)", "네이버 · 아이폰"),
        (WINDOWS, "크롬 · 윈도우"),
        (f"{WINDOWS} Edg/126.0.2592.68", "엣지 · 윈도우"),
        (f"{WINDOWS} Whale/3.26.244.21", "웨일 · 윈도우"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "파이어폭스 · 리눅스"),
        ("curl/8.5.0", "어떤 기기인지 몰라요"),
        ("", "어떤 기기인지 몰라요"),
    ],
)
def test_people_know_their_own_device_again(app: Flask, user_agent: str, words: str) -> None:
    with app.test_request_context(), force_locale("ko"):
        assert device_words(device_of(user_agent)) == words


@given(text=st.text(max_size=200))
def test_whatever_a_browser_says_only_our_own_codes_are_kept(text: str) -> None:
    assert set((device_of(text) or "").split()) <= PROGRAMS.keys() | SYSTEMS.keys()
