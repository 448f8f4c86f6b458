"""The formats that are read, the most specific first: a new one is a file and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.formats import (
    clr2,
    ctdl,
    elm2_xml,
    elm3,
    elmo,
    native,
    ob1,
    ob2,
    ob3,
    ooapi5,
    roster_csv,
    roster_xlsx,
    vcdm,
    vendor,
)
from credstream.formats.shared.parsed import Format

# A European Digital Credential is a verifiable credential too, and so is a badge.
FORMATS: tuple[Format, ...] = (
    elm3,
    clr2,
    ob3,
    vcdm,
    ob2,
    ob1,
    ctdl,
    ooapi5,
    native,
    vendor,
    elm2_xml,
    elmo,
    roster_csv,
    roster_xlsx,
)
BY_NAME: Mapping[str, Format] = {each.NAME: each for each in FORMATS}
