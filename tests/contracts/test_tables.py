"""What stands in a table of parts is named in its contract, for people and for providers."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from credstream.formats.table import FORMATS
from credstream.interfaces.cli import labels
from services.accreditation.sources.table import LIST_FORMATS
from services.publisher.channels.table import CHANNELS

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
INDEPENDENT = {
    frozenset(contract["modules"])
    for contract in PYPROJECT["tool"]["importlinter"]["contracts"]
    if contract["type"] == "independence"
}


TABLES = {
    "formats": {module.__name__.removesuffix(".read") for module in FORMATS},
    "lists": {module.__name__ for module in LIST_FORMATS},
    "channels": {opening.__module__ for opening in CHANNELS},
}


@pytest.mark.parametrize("table", TABLES)
def test_the_import_contract_of_a_table_names_each_of_its_parts(table):
    nearest = max(INDEPENDENT, key=lambda modules: len(modules & TABLES[table]))
    assert nearest == TABLES[table], "add it to its independence contract in pyproject.toml"


def test_a_format_has_a_name_for_people():
    missing = {module.NAME for module in FORMATS} - labels.FORMATS.keys()
    assert not missing, "add it to credstream/interfaces/cli/labels.py"


def test_a_format_has_a_row_on_the_page_for_providers():
    page = (ROOT / "docs/providers/formats.md").read_text("utf-8").partition("\n## ")[0]
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("|")]
    missing = {module.NAME for module in FORMATS} - set(re.findall(r"`([^`]+)`", str(rows)))
    assert not missing, "add a row to docs/providers/formats.md"
