"""What stands in a table of parts is named in its contract, which keeps the parts apart."""

from __future__ import annotations

import tomllib
from pathlib import Path

from credstream.formats.table import FORMATS
from services.accreditation.sources.table import LIST_FORMATS
from services.publisher.channels.table import CHANNELS

PYPROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
INDEPENDENT = {
    frozenset(contract["modules"])
    for contract in PYPROJECT["tool"]["importlinter"]["contracts"]
    if contract["type"] == "independence"
}


def test_the_import_contracts_name_every_format_list_format_and_channel():
    formats = {each.__name__.removesuffix(".read") for each in FORMATS}
    list_formats = {each.__name__ for each in LIST_FORMATS}
    channels = {opening.__module__ for opening in CHANNELS}

    assert {frozenset(each) for each in (formats, list_formats, channels)} <= INDEPENDENT
