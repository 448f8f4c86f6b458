"""A table is named where it is defined: no query repeats it as text."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import services.accreditation.tables
import services.ingest.tables
import services.normalise.tables
import services.publisher.tables  # noqa: F401 - the tables that they define are in METADATA
from credstream.storage.tables import METADATA

ROOT = Path(__file__).parents[2]
NAMES = "|".join(sorted(METADATA.tables))
# Prose says "from" too; SQL text is written with capitals throughout.
QUERY = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+({NAMES})\b")


def tables_in(text):
    """The tables that the string constants of a module name in SQL."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from QUERY.findall(node.value)


def test_no_module_of_the_product_repeats_a_table_as_text():
    found = {
        str(path.relative_to(ROOT)): names
        for root in ("credstream", "services")
        for path in (ROOT / root).rglob("*.py")
        if "migrations" not in path.parts and (names := [*tables_in(path.read_text("utf-8"))])
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        'rows(service, "SELECT record FROM providers WHERE id = ?")',
        'query = ("SELECT token FROM accreditation_tokens "\n "JOIN accreditations USING (id)")',
        'sa.text(f"DELETE FROM journal WHERE topic = {name}")',
    ],
)
def test_a_table_in_a_query_as_text_would_be_found(text):
    assert [*tables_in(text)]
