"""Invented names of workshops, people and brands, and numbers that cannot belong to anybody."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

FIRST = (
    "햇솔 달빛 새봄 온결 가람 누비 다솜 라온 마루 바탕 사계 아람 자락 차오름 "
    "하늘 한올 두올 세올 푸른 고운 은실 금실 물결 노을 솔기 나래 도담 미리내 "
    "보름 산들 여울 이랑 초롱 터울 포근 해뜰 별무리 들꽃 참새 너울 "
).split()
LAST = ("봉제 의상실 솔기 바느질 작업실 공방 미싱 양재 의류 재봉").split()
LAST_BY_SHOP = {
    "cutting": ("재단", "재단실"),
    "pattern": ("패턴", "샘플실"),
    "special": ("특종", "단추"),
    "finishing": ("시아게", "완성"),
    "decoration": ("자수", "나염"),
    "washing": ("워싱", "염색"),
    "knit": ("다이마루", "니트"),
    "sweater": ("편직", "요꼬"),
}
FAMILY = ("김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 홍").split()
GIVEN_A = ("가 나 다 라 마 바 서 아 자 하 도 보 소 유 지 채 태 해 예 은").split()
GIVEN_B = ("람 온 늘 솔 빈 준 희 경 숙 옥 순 자 호 영 미 진 우 연 린 별").split()
BRAND_FIRST = ("린넨 오후 느린 하얀 작은 서쪽 모서리 여백 둥근 낮은 바람 종이 회색 첫 숨 결 틈 온도 계절 파란").split()
BRAND_LAST = ("오후 상점 연구소 옷장 서랍 공장장 단추 산책 기록 스튜디오 마당 옷감 주의 정원 시간").split()


def unique(names: Iterator[str]) -> Iterator[str]:
    """Each name once; a repeat gets the next number behind it."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name} {seen[name]}호"


def workshop_name(random: Random, shop: str) -> str:
    return random.choice(FIRST) + random.choice(LAST_BY_SHOP.get(shop, tuple(LAST)))


def person_name(random: Random) -> str:
    return random.choice(FAMILY) + random.choice(GIVEN_A) + random.choice(GIVEN_B)


def brand_name(random: Random) -> str:
    return f"{random.choice(BRAND_FIRST)}{random.choice(BRAND_LAST)}"


def impossible_phone(number: int) -> str:
    """A mobile number whose exchange begins with 0.

    A leading 0 is the trunk prefix in Korea's numbering, so no exchange begins with it and nobody can have the number.
    """
    return f"0100{number:07d}"
