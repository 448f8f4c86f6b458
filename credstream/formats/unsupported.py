"""What documents of no supported format are, where we can tell: feeds, schemas, descriptions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from credstream.contract.values import Reason
from credstream.formats.shared.parsed import Table

# Root elements by local name. AMS and QDR feeds, and the languages that describe schemas.
ROOTS: Mapping[str, str] = {
    "Accreditations": "format.accreditation_feed",
    "qmsAccreditations": "format.accreditation_feed",
    "Courses": "format.offer_feed",
    "schema": "format.schema",
}
# Members that only such a JSON document has.
MEMBERS: Mapping[str, str] = {
    "$schema": "format.schema",
    "openapi": "format.schema",
    "swagger": "format.schema",
    "@graph": "format.unknown",
}
ACCREDITED = frozenset({"deqar_id", "qa_registry_id", "report_id", "agency", "accreditationType"})
TEXTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\A\s*(openapi|swagger)\s*:", re.MULTILINE), "format.schema"),
    (re.compile(r"\A\s*@prefix\s"), "format.schema"),
    (re.compile(r"\A\s*(?:---\s*\n)?(?:- )?[A-Za-z_][\w -]*\s*:\s"), "format.yaml"),
)


def reason(document: Any) -> Reason:
    """Why a document is none of ours, in the most telling code."""
    return Reason(code=_code(document), path="", detail=_detail(document))


def _code(document: Any) -> str:
    if isinstance(document, etree._Element):  # noqa: SLF001 - the only name that lxml gives it
        return ROOTS.get(etree.QName(document).localname, "format.unknown")
    if isinstance(document, list) and document:
        document = document[0]
    if isinstance(document, dict):
        if len(document.keys() & ACCREDITED) > 1:
            return "format.accreditation_feed"
        return next((code for key, code in MEMBERS.items() if key in document), "format.unknown")
    if isinstance(document, str):
        return next((code for shape, code in TEXTS if shape.match(document)), "format.unknown")
    return "format.unknown"


def _detail(document: Any) -> str:
    if isinstance(document, etree._Element):  # noqa: SLF001 - as above
        return f"an XML document with the root {etree.QName(document).localname[:60]}"
    if isinstance(document, Table):
        return "a list whose columns are none of those that are known"
    if isinstance(document, dict):
        return "a JSON object of none of the supported formats"
    return "none of the supported formats"
