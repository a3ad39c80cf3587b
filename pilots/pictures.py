"""Pictures that people have sent in: measured without being unpacked, and made as small as a document needs."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

MOST_PIXELS = {"JPEG": 60_000_000, "PNG": 25_000_000}
"""A camera takes 50 million; a file that unpacks to more is made to fill the memory. A JPEG is unpacked in small from the start."""
LONGEST_SIDE = 1400
"""Pixels: the width of an A4 page at 200 dots per inch."""
_QUALITY = 80


class PictureRefused(Exception):
    """The picture cannot be used. The text says why."""


def size_of(content: Any) -> tuple[int, int]:
    """Width and height, read from the head of the file alone."""
    with _opened(content) as picture:
        return picture.size


def for_document(content: bytes) -> tuple[bytes, str]:
    """The picture upright, scaled down, without what the camera noted (place, owner), and its content type."""
    try:
        with _whole_pictures_only(), _opened(io.BytesIO(content)) as picture:
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            flat = _flat(ImageOps.exif_transpose(picture))
            out = io.BytesIO()
            flat.save(out, "JPEG", quality=_QUALITY, optimize=True)
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise PictureRefused(_("The picture is broken and cannot be read.")) from error
    return out.getvalue(), "image/jpeg"


@contextmanager
def _whole_pictures_only() -> Iterator[None]:
    """The writer of documents lets half pictures pass, for everybody in the same process: not here."""
    lenient = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def _flat(picture: Image.Image) -> Image.Image:
    """On white, in plain colours: PDF/A allows no transparency without more words about it."""
    if picture.mode == "RGB":
        return picture
    with picture.convert("RGBA") as layered:
        ground = Image.new("RGB", layered.size, "white")
        ground.paste(layered, mask=layered.getchannel("A"))
    return ground


def _opened(content: Any) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(content, formats=tuple(MOST_PIXELS))
    except Image.DecompressionBombError as error:
        raise PictureRefused(_too_large()) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise PictureRefused(_("The picture is broken and cannot be read.")) from error
    width, height = picture.size
    if width * height > MOST_PIXELS[str(picture.format)]:
        picture.close()
        raise PictureRefused(_too_large())
    return picture


def _too_large() -> str:
    return _("The picture has too many pixels. Save it smaller: 4 000 pixels on the longest side is more than enough.")
