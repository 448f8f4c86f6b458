"""What formats and envelopes are called, and how long a text may be on a terminal."""

from __future__ import annotations

from collections.abc import Mapping

# Characters of one text.
LONGEST = 120
FORMATS: Mapping[str, str] = {
    "native": "credstream's own JSON",
    "ob1": "Open Badges 1",
    "ob2": "Open Badges 2.0",
    "ob3": "Open Badges 3.0",
    "clr2": "Comprehensive Learner Record 2.0",
    "elm3": "European Digital Credential (ELM 3)",
    "elm2-xml": "Europass credential in XML (ELM 2)",
    "elmo": "ELMO (EMREX)",
    "ooapi5": "OOAPI 5",
    "ctdl": "CTDL",
    "vendor": "a vendor's web hook",
    "roster-csv": "a list in CSV",
    "roster-xlsx": "a list in XLSX",
    "vcdm": "a verifiable credential of no known kind",
    "unknown": "no format that is known here",
}
ENVELOPES: Mapping[str, str] = {
    "none": "",
    "jwt": ", as a signed token",
    "jws": ", as a signed token",
    "png": ", baked into a PNG image",
    "svg": ", baked into an SVG image",
    "seal": ", sealed",
    "credential": ", wrapped for upload",
}


def written_as(name: str, envelope: str) -> str:
    """A format and what it is wrapped in."""
    return FORMATS.get(name, name) + ENVELOPES.get(envelope, "")


def short(text: str, most: int = LONGEST) -> str:
    """A text on one line, without what would move a terminal's cursor or change its colour."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    plain = " ".join(plain.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"
