"""Each layer imports downwards only, and a library is imported where its work is done."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONTRACTS = PYPROJECT["tool"]["importlinter"]["contracts"]
# Layers within which a package may be: services stand between exchange and runtime.
ROOTS = ("credstream", "services")

# Modules and packages; `services.*` stands for each of the four.
LIBRARIES = {
    "faust": {"credstream.runtime.faust_app"},
    "mode": {"credstream.runtime"},
    "fastavro": {"credstream.contract.codec", "credstream.contract.schemas"},
    "confluent_kafka": {
        "credstream.kafka",
        "credstream.runtime",
        "credstream.sdk.assigned",
        "credstream.exchange.doctor",
        "credstream.exchange.local",
    },
    "sqlalchemy": {
        "credstream.storage",
        "credstream.runtime",
        "credstream.sdk.tables",
        "credstream.exchange",
        "services.*.tables",
        "services.*.gather",
        "services.*.pages",
        "services.*.write",
        "services.normalise.erasures",
        "services.normalise.learner_keys",
        "services.normalise.persons",
        "services.accreditation.lists",
        "services.accreditation.source_age",
        "services.publisher.deliveries",
        "services.publisher.outbox",
    },
    "alembic": {"credstream.storage"},
    "structlog": {"credstream.process"},
    "prometheus_client": {"credstream.process", "credstream.runtime"},
    "httpx2": {"credstream.kafka", "credstream.exchange.doctor"},
    "cryptography": {
        "credstream.contract",
        "credstream.storage",
        "services.ingest.proofs",
        "services.publisher.seal",
    },
    "lxml": {"credstream.formats", "services.ingest"},
    "openpyxl": {"credstream.formats"},
    "rich": {"credstream.interfaces"},
    "typer": {"credstream.interfaces"},
}


def modules():
    """Every module of the product by its name, with its tree; migrations are scripts, not modules."""
    for root in ROOTS:
        for path in sorted((ROOT / root).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts:
                yield ".".join(parts), ast.parse(path.read_text("utf-8"))


def libraries_of(tree):
    """The top packages that a module imports, also inside its functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def belongs(module, places):
    """Whether a module is one of the places, or within one."""
    own = module.split(".")
    for place in places:
        wanted = place.split(".")
        pairs = zip(wanted, own, strict=False)
        if len(own) >= len(wanted) and all(want in ("*", have) for want, have in pairs):
            return True
    return False


@pytest.fixture(scope="module")
def users():
    """The modules that import each library."""
    found = {}
    for module, tree in modules():
        for library in libraries_of(tree):
            found.setdefault(library, set()).add(module)
    return found


def test_the_import_contracts_hold():
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_package_stands_in_one_layer():
    (layers,) = (contract["layers"] for contract in CONTRACTS if contract["type"] == "layers")
    named = [name.strip() for layer in layers for name in layer.split("|")]
    packages = [
        f"{root}.{path.stem}"
        for root in ROOTS
        for path in (ROOT / root).iterdir()
        if path.stem not in ("__init__", "__pycache__") and (path.is_dir() or path.suffix == ".py")
    ]
    assert sorted(named) == sorted([*packages, "deploy"])


def test_no_contract_has_an_exception():
    assert not [contract["name"] for contract in CONTRACTS if "ignore_imports" in contract]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_imported_only_where_it_belongs(users, library):
    places = LIBRARIES[library]
    assert {module for module in users[library] if not belongs(module, places)} == set()
    unused = [place for place in places if not any(belongs(m, {place}) for m in users[library])]
    assert unused == []
