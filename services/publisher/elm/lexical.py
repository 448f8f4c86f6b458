"""How single values must be written, where neither the official shapes nor JSON-LD readers check.

Dates and times are those of XML Schema 1.1 part 2; languages those of the authority table.
"""

from __future__ import annotations

import binascii
import re
import struct
import zlib
from datetime import datetime
from functools import cache, lru_cache

from credstream.vocabularies import languages

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,12})?"
_ZONE = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
_MOMENT = re.compile(_TIME + _ZONE)
_LOCAL_MOMENT = re.compile(f"{_TIME}({_ZONE})?")
# Hours and minutes alone: days of learning have no fixed length, and P60M is sixty months.
_VOLUME = re.compile(r"PT(?=[0-9])([1-9][0-9]{0,4}H)?([1-5]?[1-9]M|[1-5]0M)?")
_POINTS = re.compile(r"(?!0+(\.0+)?$)[0-9]{1,3}(\.[0-9]{1,4})?")
_URI_CHARACTERS = r"[^\s<>\"{}|\\^`\x00-\x20\x7f]"
_URI = re.compile(rf"[a-z][a-z0-9+.-]*:{_URI_CHARACTERS}+")
_PAGE = re.compile(rf"https?://[^/\s]{_URI_CHARACTERS}*")
_MAILBOX = re.compile(rf"(?!mailto:)(?:(?!@){_URI_CHARACTERS})+@(?:(?!@){_URI_CHARACTERS})+")
_UNSOUND = re.compile("[\x00\ud800-\udfff]")

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNK_FRAME = 12  # length, type and checksum


def is_day(value: str) -> bool:
    return bool(_DAY.fullmatch(value)) and _is_calendar(value)


def is_moment(value: object) -> bool:
    """An xsd:dateTime with its offset."""
    return isinstance(value, str) and bool(_MOMENT.fullmatch(value)) and _is_calendar(value)


def is_local_moment(value: object) -> bool:
    """An xsd:dateTime; birth dates come without an offset too."""
    return isinstance(value, str) and bool(_LOCAL_MOMENT.fullmatch(value)) and _is_calendar(value)


def is_volume(value: object) -> bool:
    return isinstance(value, str) and bool(_VOLUME.fullmatch(value))


def is_points(value: object) -> bool:
    return isinstance(value, str) and bool(_POINTS.fullmatch(value))


def is_uri(value: object) -> bool:
    return isinstance(value, str) and bool(_URI.fullmatch(value))


def is_page_address(value: object) -> bool:
    return isinstance(value, str) and bool(_PAGE.fullmatch(value))


def is_mailbox(value: str) -> bool:
    return bool(_MAILBOX.fullmatch(value))


def is_string(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not _UNSOUND.search(value)


def is_text(value: object) -> bool:
    """A language map (JSON-LD 1.1 section 4.2.4): known languages, and a text for each."""
    if not isinstance(value, dict) or not value:
        return False
    return value.keys() <= _languages() and all(map(is_string, value.values()))


def is_text_in_one_language(value: object) -> bool:
    return is_text(value) and isinstance(value, dict) and len(value) == 1


def is_page_number(value: object) -> bool:
    return type(value) is int and value > 0


def is_boolean(value: object) -> bool:
    return isinstance(value, bool)


def is_png(value: object) -> bool:
    """A whole PNG in base64, every chunk with its checksum (PNG section 5.3)."""
    return isinstance(value, str) and _is_png_in_base64(value)


# Every award of a definition shows the same pictures.
@lru_cache(maxsize=256)
def _is_png_in_base64(value: str) -> bool:
    try:
        return value.isascii() and _is_whole_png(binascii.a2b_base64(value, strict_mode=True))
    except (binascii.Error, struct.error):
        return False


def _is_whole_png(data: bytes) -> bool:
    at, names = len(_PNG_SIGNATURE), []
    if not data.startswith(_PNG_SIGNATURE):
        return False
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        (checksum,) = struct.unpack_from(">I", data, at + 8 + size)
        if zlib.crc32(memoryview(data)[at + 4 : at + 8 + size]) != checksum:
            return False
        names.append(name)
        at += size + _CHUNK_FRAME
    return names[:1] == [b"IHDR"] and b"IDAT" in names and names[-1] == b"IEND"


def _is_calendar(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


@cache
def _languages() -> frozenset[str]:
    return frozenset(languages.all_languages())
