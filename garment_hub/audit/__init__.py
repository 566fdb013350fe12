"""The record of who did or saw what that others must be able to check."""

from garment_hub.audit.services import district_of, entries_of, record, record_now

__all__ = ["district_of", "entries_of", "record", "record_now"]
