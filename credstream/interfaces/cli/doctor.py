"""`credstream doctor`: prints what the doctor finds, and what to do."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.text import Text

from credstream.exchange.doctor import report
from credstream.exchange.doctor.findings import OFF, OK, UNKNOWN, WRONG, Finding
from credstream.interfaces.cli.exit_codes import AWAY, CONFIG, UNDONE
from credstream.interfaces.cli.terminal import console

STYLES = {OK: "green", WRONG: "red", UNKNOWN: "yellow", OFF: "yellow"}


def examine(services: Sequence[str], directory: Path, *, as_json: bool) -> int:
    """Print a line for each finding; 0 all well, 4 something is away, 5 wrong, 78 settings."""
    found = report.examine(services, directory)
    code = exit_code_of(found)
    if as_json:
        whole = {"code": code, "checks": [asdict(finding) for finding in found]}
        sys.stdout.write(json.dumps(whole, indent=2) + "\n")
    else:
        _print(found)
    return code


def exit_code_of(found: Iterable[Finding]) -> int:
    """The code of the worst finding."""
    states = {(finding.group, finding.state) for finding in found}
    if ("settings", WRONG) in states:
        return CONFIG
    if any(state == WRONG for _, state in states):
        return UNDONE
    return AWAY if any(state == UNKNOWN for _, state in states) else 0


def _print(found: Iterable[Finding]) -> None:
    out = console()
    for finding in found:
        do = f" — {finding.do}" if finding.do else ""
        state = (f"{finding.state:8}", STYLES[finding.state])
        line = Text.assemble(state, (f"{finding.group:10}", "dim"), finding.what, (do, "italic"))
        out.print(line, soft_wrap=True)  # a line each, however long
