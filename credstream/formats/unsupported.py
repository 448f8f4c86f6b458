"""Names what a document of no supported format is: a feed, a schema, a description."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from credstream.contract.values import Reason
from credstream.formats.shared.masks import masked_name
from credstream.formats.shared.parsed import Table

# The reason by the local name of the root: feeds of AMS and QDR, and XML Schema.
CODE_BY_ROOT: Mapping[str, str] = {
    "Accreditations": "format.accreditation_feed",
    "qmsAccreditations": "format.accreditation_feed",
    "Courses": "format.offer_feed",
    "schema": "format.schema",
}
# The reason by a member that supported formats do not have.
CODE_BY_MEMBER: Mapping[str, str] = {
    "$schema": "format.schema",
    "openapi": "format.schema",
    "swagger": "format.schema",
    "@graph": "format.unknown",
}
# Members of DEQAR's records; two of them are needed, as one alone is a common name.
ACCREDITATION_MEMBERS = frozenset(
    {"deqar_id", "qa_registry_id", "report_id", "agency", "accreditationType"}
)
CODE_BY_TEXT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\A\s*(openapi|swagger)\s*:", re.MULTILINE), "format.schema"),
    (re.compile(r"\A\s*@prefix\s"), "format.schema"),
    # Possessive, as both loops take blanks: giving them back one by one takes quadratic time.
    (re.compile(r"\A\s*(?:---\s*\n)?(?:- )?[A-Za-z_][\w -]*+\s*+:\s"), "format.yaml"),
)


def reason(document: Any) -> Reason:
    """Why a document is of no supported format, with the most specific code."""
    return Reason(code=_code(document), path="", detail=_detail(document))


def _code(document: Any) -> str:
    if isinstance(document, etree._Element):  # noqa: SLF001 - lxml has no public name for it
        return CODE_BY_ROOT.get(etree.QName(document).localname, "format.unknown")
    if isinstance(document, list) and document:
        document = document[0]
    if isinstance(document, dict):
        if len(document.keys() & ACCREDITATION_MEMBERS) > 1:
            return "format.accreditation_feed"
        return next(
            (code for key, code in CODE_BY_MEMBER.items() if key in document), "format.unknown"
        )
    if isinstance(document, str):
        return next(
            (code for pattern, code in CODE_BY_TEXT if pattern.match(document)), "format.unknown"
        )
    return "format.unknown"


def _detail(document: Any) -> str:
    if isinstance(document, etree._Element):  # noqa: SLF001 - as above
        return f"an XML document with the root {masked_name(etree.QName(document).localname)}"
    if isinstance(document, Table):
        return "a list whose columns are none of those that are known"
    if isinstance(document, dict):
        return "a JSON object of none of the supported formats"
    return "none of the supported formats"
