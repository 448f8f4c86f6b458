"""The native format, the exchange's own JSON: the common descriptors under their own names."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.native.base import ReadReport
from credstream.formats.native.bundle import split_bundle
from credstream.formats.native.composites import Required, read_members, report_missing
from credstream.formats.native.fields import FIELDS, GROUPS
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.parsed import Parsed, Rules

NAME = "native"
VERSION = 1
KINDS = "award or definition"
# Members that say what the document is; none of them is a descriptor.
HEADER = frozenset({"credstream", "kind"})
REQUIRED_FIELDS: Mapping[str, Required] = {
    "award": (("learner",), ("issued_on",), ("title", "definition")),
    "definition": (("id",), ("title",)),
}
FORBIDDEN_FIELDS: Mapping[str, tuple[str, ...]] = {
    "award": ("version", "valid_from", "review_on"),
    "definition": (
        *("learner", "issued_on", "starts_on", "ends_on"),
        *("definition", "evidence", "status", "funding"),
    ),
}
# The names in Parsed of fields that are called otherwise.
PARSED_NAMES: Mapping[str, Mapping[str, str]] = {
    "award": {"id": "credential_id", "identifiers": "credential_ids", "level": "levels"},
    "definition": {
        "id": "definition_id",
        "version": "definition_version",
        "valid_until": "definition_valid_until",
        "level": "levels",
    },
}
# So alike that a typing error is likely.
SIMILARITY = 0.8


def recognise(document: Any) -> bool:
    return isinstance(document, dict) and "credstream" in document


def unfit(document: Any) -> Reason | None:
    del document  # an award or a definition
    return None


def split(document: Any, rules: Rules) -> Iterable[Any]:
    """The credentials of a bundle; else the document."""
    del rules
    if not isinstance(document, dict) or "credentials" not in document:
        return (document,)
    return split_bundle(document)


def parse(document: Any, budget: Budget | None = None) -> Parsed:
    """The values as written; raises Rejected where a field has a type that cannot be read."""
    del budget
    _check_header(document)
    report = ReadReport()
    kind = _kind(document, report)
    fields = {name: value for name, value in document.items() if name not in HEADER}
    values = read_members(FIELDS, fields, "", report)
    report_missing(REQUIRED_FIELDS[kind], values, "", report)
    _drop_forbidden(values, document, kind, report)
    return Parsed(
        kind=kind,
        **_parsed_fields(values, kind),
        unknown_fields=tuple(report.unknown_fields),
        findings=(
            *(_unknown_field(path) for path in report.unknown_fields),
            *_misspelt(report.unknown_fields, fields),
        ),
        violations=tuple(report.violations),
    )


def _check_header(document: Any) -> None:
    if not recognise(document):
        raise Rejected("format.invalid", "", "expected an object with the member credstream")
    if type(document["credstream"]) is not int or document["credstream"] != VERSION:
        raise Rejected("format.invalid", "credstream", f"expected the number {VERSION}")
    if "credentials" in document:
        raise Rejected("format.invalid", "credentials", "a bundle may not hold a bundle")


def _kind(document: Mapping[str, Any], report: ReadReport) -> str:
    kind = document.get("kind")
    if kind is None:
        report.add_violation("kind", f"expected {KINDS}")
        return "award" if document.get("learner") is not None else "definition"
    if kind not in ("award", "definition"):
        raise Rejected("format.invalid", "kind", f"expected {KINDS}")
    return str(kind)


def _drop_forbidden(
    values: dict[str, Any], document: Mapping[str, Any], kind: str, report: ReadReport
) -> None:
    for name in FORBIDDEN_FIELDS[kind]:
        values.pop(name, None)
        if document.get(name) is not None:
            report.add_violation(name, f"has no place beside kind {kind}")


def _parsed_fields(values: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The values by the names of Parsed, those of groups among them."""
    fields: dict[str, Any] = {}
    for name, value in values.items():
        fields.update(value if name in GROUPS else {PARSED_NAMES[kind].get(name, name): value})
    if kind == "definition":
        return {**fields, "credential_id": fields.get("definition_id")}
    return {**fields, "reference": "definition_id" in fields and "title" not in fields}


def _unknown_field(path: str) -> Reason:
    detail = "the format does not know this field; its content goes nowhere"
    return Reason(code="native.unknown_field", path=path, detail=detail)


def _misspelt(unknown_fields: Iterable[str], present: Container[str]) -> Iterator[Reason]:
    """A warning for each absent field that an unknown one is spelt much like."""
    absent = [name for name in FIELDS if name not in present]
    for path in unknown_fields:
        for name in get_close_matches(path, absent, 1, SIMILARITY):
            # The path is our name: the unknown one may itself say something about a person.
            detail = "an unknown field is spelt much like this one, which is absent"
            yield Reason(code="native.misspelt_field", path=name, detail=detail)
