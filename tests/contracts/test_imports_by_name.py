"""No product module loads another by its name: mypy, import-linter and an editor see each edge."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("credstream", "services", "deploy")
LOADERS = {"import_module", "__import__", "run_module", "run_path", "exec_module", "load_module"}


def loaders_in(text):
    """The calls of a module that load another, each by the name of what it calls."""
    for node in ast.walk(ast.parse(text)):
        name = (
            getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None)
        )
        if name in LOADERS:
            yield name


def test_no_product_module_loads_another_by_name():
    paths = [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")]
    assert len(paths) > 200
    found = {str(path.relative_to(ROOT)): [*loaders_in(path.read_text("utf-8"))] for path in paths}
    assert {name: names for name, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "text",
    [
        "import importlib\nimportlib.import_module('services.ingest.app')",
        "from importlib import import_module as load\nload(name)",
        "__import__('services')",
        "import runpy\nrunpy.run_module('services.ingest')",
        "load = importlib.import_module",
    ],
)
def test_a_module_that_loads_another_by_name_would_be_found(text):
    assert [*loaders_in(text)]
