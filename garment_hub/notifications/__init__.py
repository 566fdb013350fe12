"""What people are told outside the pages: ``notify`` writes a row, the deliver command sends it."""

from garment_hub.notifications.services import notify

__all__ = ["notify"]
