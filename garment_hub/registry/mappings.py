"""Which heading holds which field, remembered by source: settled once by a person, proposed for the next file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.registry.headers import Choice
from models.base import utc_now
from models.district import District
from models.registry_import import RegistryImport, RegistryMapping


def choice_for(session: Session, district: District, source: str, chosen: Mapping[str, str] | None) -> Choice:
    """What the person says; else what was settled for the last file of this source."""
    if chosen:
        return Choice(chosen)
    known = _settled(session, district.id, source)
    return Choice(known.fields, frozenset(known.ignored), is_remembered=True) if known else Choice()


def _settled(session: Session, district_id: int, source: str) -> RegistryMapping | None:
    query = select(RegistryMapping).where(RegistryMapping.district_id == district_id)
    return session.scalar(query.where(RegistryMapping.source == source))


def remember(session: Session, imported: RegistryImport, fields: Mapping[str, str], ignored: Sequence[str]) -> None:
    """Keep the mapping for the next file of the source."""
    known = _settled(session, imported.district_id, imported.source)
    if known is None:
        known = RegistryMapping(district_id=imported.district_id, source=imported.source)
        session.add(known)
    known.fields, known.ignored, known.settled_at = dict(fields), list(ignored), utc_now()
    session.flush()
