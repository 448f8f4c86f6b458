"""Importing a pure part does nothing: no file is opened, no client made, no world loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = ("credstream/contract", "credstream/formats", "credstream/vocabularies")
WORLD = ("faust", "confluent_kafka", "sqlalchemy", "structlog", "prometheus_client", "aiohttp")
# Each module is imported in a fork of its own: what one loads, no other finds loaded.
WATCH = """
import importlib, json, os, sys
opened = []
def hook(event, args):
    if event == "open" and isinstance(args[0], str) and not args[0].endswith((".py", ".pyc", ".so")):
        opened.append(args[0])
    if event in ("socket.connect", "subprocess.Popen", "os.putenv"):
        opened.append(event)
for name in {before!r}: importlib.import_module(name)
for module in {modules!r}:
    if os.fork():
        os.wait()
        continue
    sys.addaudithook(hook)
    try:
        importlib.import_module(module)
    except BaseException as error:
        opened.append({root!r} + repr(error))
    loaded = [name for name in {world!r} if name in sys.modules]
    ours = [each for each in opened if {root!r} in each or not each.startswith("/")]
    os.write(1, json.dumps([module, ours, loaded]).encode() + b"\\n")
    os._exit(0)
"""
# What the pure parts may use, whose own imports are not ours to watch.
FOREIGN = ("fastavro", "cryptography.hazmat.primitives.ciphers.aead", "lxml.etree", "importlib.resources")  # fmt: skip


def modules():
    for folder in PURE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.fixture(scope="module")
def all_told():
    return told(*modules())


@pytest.mark.parametrize("module", list(modules()))
def test_a_pure_module_opens_nothing_and_loads_no_world_when_it_is_imported(all_told, module):
    assert all_told[module] == [[], []]


def test_a_module_that_opens_a_file_would_be_noticed(tmp_path):
    (tmp_path / "sinner.py").write_text(f"open({str(ROOT / 'pyproject.toml')!r}).close()\n")
    assert told("sinner", more=tmp_path)["sinner"][0] == [str(ROOT / "pyproject.toml")]


@pytest.mark.parametrize("name", WORLD)
def test_a_module_that_loads_the_world_would_be_noticed(tmp_path, name):
    (tmp_path / "worldly.py").write_text(f"import {name}\n")
    assert name in told("worldly", more=tmp_path)["worldly"][1]


def test_a_module_that_cannot_be_imported_would_be_noticed(tmp_path):
    assert "ModuleNotFoundError" in str(told("absent", more=tmp_path)["absent"])


def told(*names, more=ROOT):
    """Of each module, what its import opened and what it loaded."""
    script = WATCH.format(before=FOREIGN, modules=names, world=WORLD, root=str(ROOT) + "/")
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(more)!r}]\n{script}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {name: rest for name, *rest in map(json.loads, done.stdout.splitlines())}
