"""Importing a pure part does nothing: no file is opened, no client made, no library of I/O loaded."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
(CONTRACT,) = (
    contract
    for contract in PYPROJECT["tool"]["importlinter"]["contracts"]
    if contract["type"] == "forbidden"
)
LIBRARIES = [name for name in CONTRACT["forbidden_modules"] if not name.startswith("credstream")]
# Each module is imported in a fork of its own: what one loads, no other finds loaded.
WATCH = """
import importlib, json, os, sys
effects = []
def hook(event, args):
    if event == "open" and isinstance(args[0], str) and not args[0].endswith((".py", ".pyc", ".so")):
        effects.append(args[0])
    if event in ("socket.connect", "subprocess.Popen", "os.putenv"):
        effects.append(event)
for name in {before!r}: importlib.import_module(name)
for module in {modules!r}:
    if os.fork():
        os.wait()
        continue
    sys.addaudithook(hook)
    try:
        importlib.import_module(module)
    except BaseException as error:
        effects.append({root!r} + repr(error))
    loaded = [name for name in {libraries!r} if name in sys.modules]
    ours = [effect for effect in effects if {root!r} in effect or not effect.startswith("/")]
    os.write(1, json.dumps([module, ours, loaded]).encode() + b"\\n")
    os._exit(0)
"""
# What the pure parts may use, whose own imports are not ours to watch.
FOREIGN = (
    "fastavro",
    "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.x509",
    "lxml.etree",
    "importlib.resources",
)


def pure_modules():
    """The modules of every package that the contract of the pure parts names."""
    for name in CONTRACT["source_modules"]:
        pattern = name.replace(".", "/")
        for path in sorted((*ROOT.glob(f"{pattern}.py"), *ROOT.glob(f"{pattern}/**/*.py"))):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield module.removesuffix(".__init__")


MODULES = [*dict.fromkeys(pure_modules())]


@pytest.fixture(scope="module")
def imports():
    return imported(*MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_a_pure_module_opens_nothing_and_loads_no_library_of_input_or_output(imports, module):
    assert imports[module] == [[], []]


def test_a_module_that_opens_a_file_would_be_found(tmp_path):
    (tmp_path / "opening.py").write_text(f"open({str(ROOT / 'pyproject.toml')!r}).close()\n")
    assert imported("opening", more=tmp_path)["opening"][0] == [str(ROOT / "pyproject.toml")]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_module_that_loads_a_library_would_be_found(tmp_path, library):
    (tmp_path / "loading.py").write_text(f"import {library}\n")
    assert library in imported("loading", more=tmp_path)["loading"][1]


def test_a_module_that_cannot_be_imported_would_be_found(tmp_path):
    assert "ModuleNotFoundError" in str(imported("absent", more=tmp_path)["absent"])


def imported(*names, more=ROOT):
    """What the import of each module did: its effects, and the libraries that it loaded."""
    script = WATCH.format(before=FOREIGN, modules=names, libraries=LIBRARIES, root=str(ROOT) + "/")
    paths = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(more)!r}]\n"
    # -B: in a fresh clone Python would write the compiled modules, which is not their doing.
    done = subprocess.run(
        [sys.executable, "-B", "-c", paths + script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name: rest for name, *rest in map(json.loads, done.stdout.splitlines())}
