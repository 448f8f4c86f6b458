"""The folder of an exchange: what `run --from` reads, and what a run leaves there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# By their paths; what is no text and no bytes is written as JSON.
Files = Mapping[str, bytes | str | Mapping[str, Any]]


def source(folder: Path, files: Files) -> Path:
    """A folder as `run --from` reads it, with some files."""
    for name in ("providers", "accreditations", "submissions"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        whole = json.dumps(content) if isinstance(content, Mapping) else content
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(whole.encode() if isinstance(whole, str) else whole)
    return folder


def summary(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "summary.json").read_text("utf-8"))


def outcomes(entries: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """What must not differ between two runs of the same submissions."""
    return {
        entry["file"]: (
            entry["outcome"],
            entry["judgement"],
            tuple(sorted({reason["code"] for reason in entry["reasons"]})),
            tuple(entry["keys"]),
        )
        for entry in entries
    }


def whole_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a file that are written to their end; the last one may be on its way."""
    text = path.read_text("utf-8") if path.exists() else ""
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def lines(folder: Path, kind: str) -> list[dict[str, Any]]:
    """Every line of a kind of files: published, receipts or dlq."""
    return [each for path in sorted((folder / kind).glob("*.jsonl")) for each in whole_lines(path)]


def awards(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The published versions of every award, in the order they came."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((folder / "published").glob("published.awards.*.jsonl")):
        for record in whole_lines(path):
            found.setdefault(record["key"], []).append(record)
    return found
