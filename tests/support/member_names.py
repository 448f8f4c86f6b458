"""Collects the names that formats define, from the formats' own code and schema."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = ROOT / "credstream/formats/shared/member_names.json"
FOLDERS = ("credstream/formats", "credstream/contract", "services")
SCHEMA = ROOT / "credstream/formats/native/native.schema.json"
COLUMNS = ROOT / "credstream/formats/shared/rosters/columns.json"
# Names that the formats define and their readers do not spell out: the groups of EDCI's elements, of
# which any is read, and extensions of Open Badges, which are named after what they hold.
GROUPS = (
    "accreditation", "activity", "activitySpecification", "agent", "assessment",
    "assessmentSpecification", "awardingProcess", "entitlement", "entitlementSpecification", "group",
    "learningAchievement", "learningActivity", "learningActivitySpecification", "learningOpportunity", "learningOutcome",
    "learningSpecification", "location", "organisation", "organization", "person", "scoringScheme",
)  # fmt: skip
NAME = re.compile(r"[A-Za-z0-9_-]{2,60}")


def written() -> str:
    """The content of the file as it should be."""
    return f"{json.dumps(sorted(set(_names())), indent=0)}\n"


def _names() -> Iterator[str]:
    for file in (f for folder in FOLDERS for f in sorted((ROOT / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from _in_text(node.value)
            elif isinstance(node, ast.arg | ast.keyword) and node.arg:
                yield node.arg
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield node.target.id
    yield from _members(json.loads(SCHEMA.read_text("utf-8")))
    yield from json.loads(COLUMNS.read_text("utf-8"))
    yield from GROUPS
    yield from (f"{name}References" for name in GROUPS)


def _in_text(text: str) -> Iterator[str]:
    """A constant is a name, a path, or a table's line of names."""
    if len(text) < 400 and not re.search(r"[.!?;,] |[A-Za-z] [a-z]+ [a-z]+ [a-z]+", text):
        for word in re.split(r"[\s./\[\]|=@:]+", text):
            if NAME.fullmatch(word):
                yield word


def _members(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from _members(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _members(value)
