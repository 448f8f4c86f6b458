"""The project's own Python files, as tests look at them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("credstream", "services", "deploy")


@dataclass(frozen=True)
class Source:
    """A Python file by its path in the repository."""

    path: str
    text: str

    @cached_property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


@cache
def python_of(folder: str) -> tuple[Source, ...]:
    """Every Python file below a folder, in order."""
    paths = sorted((ROOT / folder).rglob("*.py"))
    assert paths, folder
    return tuple(
        Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths
    )
