"""The supported formats, the most specific first; a new format is a folder and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.formats.clr2 import read as clr2
from credstream.formats.ctdl import read as ctdl
from credstream.formats.elm2_xml import read as elm2_xml
from credstream.formats.elm3 import read as elm3
from credstream.formats.elmo import read as elmo
from credstream.formats.native import read as native
from credstream.formats.ob1 import read as ob1
from credstream.formats.ob2 import read as ob2
from credstream.formats.ob3 import read as ob3
from credstream.formats.ooapi5 import read as ooapi5
from credstream.formats.roster_csv import read as roster_csv
from credstream.formats.roster_xlsx import read as roster_xlsx
from credstream.formats.shared.parsed import Format
from credstream.formats.vcdm import read as vcdm
from credstream.formats.vendor import read as vendor

# A document is of the first format that recognises it. European Digital Credentials, learner
# records and badges are verifiable credentials too, so they come before `vcdm`.
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
BY_NAME: Mapping[str, Format] = {module.NAME: module for module in FORMATS}
