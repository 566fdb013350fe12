"""Pictures people send: always decoded and drawn anew, kept under names of our own making."""

from __future__ import annotations

import errno
import os
import re
import secrets
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response, current_app

from models.errors import Invalid, NotFound

if TYPE_CHECKING:
    from obstore.store import LocalStore
    from PIL.Image import Image

LONGEST_SIDE = 1600
MIMETYPE = "image/webp"
MEGAPIXEL = 1_000_000
# A decoder holds every point of a picture in memory, only a plain JPEG can be read smaller than it is.
MOST_PIXELS = 26 * MEGAPIXEL
MOST_PIXELS_OF_PLAIN_JPEG = 120 * MEGAPIXEL
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
_KEY = re.compile(r"[0-9a-f]{32}\.webp")


def upload_root() -> Path:
    """The folder of uploads of the running application."""
    return Path(current_app.config["DATA_DIR"]) / "uploads"


def store_picture(root: Path, data: bytes) -> str:
    """Keep a picture and return its key. Slow: call it before the first statement of a transaction."""
    return _keep(root, redraw(data))


def _keep(root: Path, content: bytes) -> str:
    from obstore.exceptions import GenericError

    key = f"{secrets.token_hex(16)}.webp"
    try:
        _store(root).put(key, content)
    except GenericError as error:  # it says what the system said in words only
        if f"(os error {errno.ENOSPC})" in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise
    return key


def read_file(root: Path, key: str) -> tuple[bytes, str]:
    """Content and type of a stored file."""
    if not _KEY.fullmatch(key):
        raise NotFound
    try:
        return bytes(_store(root).get(key).bytes()), MIMETYPE
    except FileNotFoundError as error:
        raise NotFound from error


def copy_file(root: Path, key: str) -> str:
    """Another file with the same content; its key."""
    content, _mimetype = read_file(root, key)
    return _keep(root, content)


def remove_file(root: Path, key: str) -> None:
    """Delete a stored file; one that is already gone is no matter."""
    try:
        _store(root).delete(key)
    except FileNotFoundError:
        return


def file_response(root: Path, key: str) -> Response:
    """The stored file as an answer that can never be taken for anything but a picture."""
    content, mimetype = read_file(root, key)
    response = Response(content, mimetype=mimetype)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def redraw(data: bytes) -> bytes:
    """The picture as WebP, upright, at most 1600 pixels, without anything the camera wrote into it."""
    from pi_heif import register_heif_opener
    from PIL import Image

    register_heif_opener(thumbnails=False)
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            _refuse_bomb(picture)
            return _as_webp(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid("picture_too_large") from error
    except Invalid:
        raise
    except Exception as error:  # decoders of hostile bytes raise anything
        raise Invalid("picture_unreadable") from error


def _refuse_bomb(picture: Image) -> None:
    """Refuse by the measures in the header, before a single point is decoded."""
    is_plain_jpeg = picture.format == "JPEG" and not picture.info.get("progressive")
    if picture.width * picture.height > (MOST_PIXELS_OF_PLAIN_JPEG if is_plain_jpeg else MOST_PIXELS):
        raise Invalid("picture_too_large")


def _as_webp(picture: Image) -> bytes:
    from PIL import ImageOps

    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(picture)
    clear = upright.has_transparency_data
    drawn = upright if upright.mode in ("RGB", "RGBA") else upright.convert("RGBA" if clear else "RGB")
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn.info = {}  # colour profile, camera, place and comments stay behind
    written = BytesIO()
    drawn.save(written, "WEBP", quality=82)
    return written.getvalue()


def _store(root: Path) -> LocalStore:
    from obstore.store import LocalStore

    return LocalStore(root, mkdir=True)
