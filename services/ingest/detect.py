"""Which format some bytes are of and what wraps them, by the bytes alone."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats import unsupported
from credstream.formats.shared import pictures
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.json_text import BOM, read_json, read_text
from credstream.formats.shared.parsed import Rules, Table
from credstream.formats.shared.rosters import sheets
from credstream.formats.shared.xml_text import parse_xml, without_notes
from credstream.formats.table import FORMATS

NO_RULES = Rules()
ZIP = b"PK\x03\x04"
BINARY: Mapping[bytes, str] = {
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "gzip data",
    b"\xff\xd8\xff": "a JPEG image",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save it as XLSX or CSV",
}
# Three parts are a signed token in compact form (RFC 7515, section 7.1), five an encrypted one
# (RFC 7516, section 7.1).
JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*")
JWE = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}")
# A base64url text of a JSON object begins so: a protected header without the rest of its token.
PROTECTED_HEADER = re.compile(r"eyJ[A-Za-z0-9_-]+\.?")
UTF16 = (b"\xff\xfe", b"\xfe\xff")
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"


@dataclass(frozen=True, slots=True)
class Detected:
    """What the bytes are; `document` is decoded and unwrapped.

    `envelope` is none, jwt, jws, seal, credential, png or svg. `signature` says how `signed`
    is verified: jws (a compact token), seal (JWS as JSON), xml (the tree that was parsed, of which
    `document` is a copy without signatures), or empty.
    `unfit` says why the document cannot be a credential, `findings` what was doubtful.
    """

    format: str
    envelope: str
    document: Any
    signature: str = ""
    signed: str | etree._Element = ""
    unfit: Reason | None = None
    findings: tuple[Reason, ...] = ()


def detect(value: bytes, rules: Rules = NO_RULES, budget: Budget | None = None) -> Detected:
    """Recognise a format; raises Rejected where the bytes cannot be read at all.

    `rules` say how the provider writes its lists; what is read is added to the budget.
    """
    budget = budget or Budget()
    if value.startswith(pictures.PNG):
        return _baked(pictures.from_png(value, budget), "png", budget)
    if value.startswith(ZIP):
        return _recognised(sheets.from_xlsx(value, rules, budget))
    for mark, name in BINARY.items():
        if value.startswith(mark):
            raise Rejected("format.unknown", "", f"the value is {name}")
    if _is_markup(value):
        return _markup(value, budget)
    return _text(value, rules, budget)


def _is_markup(value: bytes) -> bool:
    start = value[:200].removeprefix(BOM)
    if start.startswith(UTF16):
        start = start[2:].replace(b"\x00", b"")
    return start.lstrip().startswith(b"<")


def _markup(value: bytes, budget: Budget) -> Detected:
    root = parse_xml(value, budget)
    is_signed = next(root.iter(SIGNATURE), None) is not None
    document = _unsigned(root) if is_signed else without_notes(root)
    if document.tag == pictures.SVG:
        return _baked(pictures.from_svg(document), "svg", budget)
    detected = _recognised(document)
    return replace(detected, signature="xml", signed=root) if is_signed else detected


def _unsigned(root: etree._Element) -> etree._Element:
    """A copy of a signed tree to be read: without its signatures and all that they hold."""
    if root.tag == SIGNATURE:
        raise Rejected("format.unknown", "", "the document is a signature")
    copied = deepcopy(root)
    etree.strip_elements(copied, SIGNATURE, with_tail=False)
    return without_notes(copied)


def _text(value: bytes, rules: Rules, budget: Budget) -> Detected:
    try:
        text = read_text(value).strip()
    except Rejected as refusal:
        if refusal.code != "text.encoding":
            raise
        table = _in_other_encoding(value, rules)
        if table is None:
            raise
        return _recognised(table)
    if text[0] in "{[":
        return _json(text, budget)
    if JWS.fullmatch(text):
        return _token(text, budget)
    if JWE.fullmatch(text):
        raise Rejected("jwe.unsupported", "", "the value is an encrypted token (JWE)")
    if PROTECTED_HEADER.fullmatch(text):
        raise Rejected("jws.incomplete", "", "the value is one part of a signed token alone")
    table = sheets.from_csv(text, rules)
    return _recognised(table) if table is not None else _recognised(text)


def _in_other_encoding(value: bytes, rules: Rules) -> Table | None:
    """A list that is no UTF-8, by the encoding of the registration, with a finding."""
    try:
        text = value.decode(rules.encoding)
    except (UnicodeDecodeError, LookupError):
        return None
    table = sheets.from_csv(text, rules) if "\x00" not in text else None
    if table is None:
        return None
    finding = Reason(code="text.encoding_assumed", path="", detail=f"read as {rules.encoding}")
    return replace(table, findings=(*table.findings, finding))


def _json(text: str, budget: Budget) -> Detected:
    document = read_json(text, budget)
    if isinstance(document, list) and document:
        document = document[0] if len(document) == 1 else document
    if not isinstance(document, dict):
        return _recognised(document)
    # JWS JSON serialization (RFC 7515, section 7.2): a JAdES seal is one.
    if isinstance(document.get("payload"), str) and "signatures" in document:
        inner = _recognised(read_json(document["payload"], budget))
        return replace(inner, envelope="seal", signature="seal", signed=text)
    # JWE JSON serialization, general and flattened (RFC 7516, section 7.2).
    if document.keys() >= {"protected", "recipients"} or document.keys() >= {"iv", "ciphertext"}:
        raise Rejected("jwe.unsupported", "", "the value is encrypted (JWE)")
    if isinstance(document.get("credential"), dict):
        return replace(_recognised(document["credential"]), envelope="credential")
    return _recognised(document)


def _token(token: str, budget: Budget) -> Detected:
    claims = read_json(read_text(_decoded(token.split(".")[1])), budget)
    if not isinstance(claims, dict):
        raise Rejected("format.invalid", "", "the token's payload is no JSON object")
    inner = claims.get("vc")
    document = _with_claims(inner, claims) if isinstance(inner, dict) else claims
    detected = _recognised(document)
    envelope = "jws" if detected.format in {"ob1", "ob2"} else "jwt"
    return replace(detected, envelope=envelope, signature="jws", signed=token)


def _baked(text: str, envelope: str, budget: Budget) -> Detected:
    """What a picture holds: JSON or a token; a link to the badge is not followed."""
    inside = text.strip()
    if JWS.fullmatch(inside):
        return replace(_token(inside, budget), envelope=envelope)
    if inside.startswith("{"):
        return replace(_json(inside, budget), envelope=envelope)
    raise Rejected("image.no_credential", "", "the picture names a badge elsewhere, or none")


def _with_claims(credential: dict[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    """The credential of a token, completed from the token's claims."""
    # VCDM 1.1, section 6.3.1: jti and iss stand for the credential's id and issuer.
    stated = {"id": claims.get("jti"), "issuer": claims.get("iss")}
    return {name: value for name, value in stated.items() if value} | credential


def _recognised(document: Any) -> Detected:
    """The first format of the table that claims a document."""
    findings = document.findings if isinstance(document, Table) else ()
    for module in FORMATS:
        if module.recognise(document):
            unfit = module.unfit(document)
            return Detected(module.NAME, "none", document, unfit=unfit, findings=findings)
    kept = document if isinstance(document, dict | list | etree._Element) else None  # noqa: SLF001
    return Detected("unknown", "none", kept, unfit=unsupported.reason(document))


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as error:
        raise Rejected("jws.incomplete", "", "the token's payload is not base64url") from error
