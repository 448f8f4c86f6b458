"""Writes the generated tables of docs/ anew: `python -m tests.support.docs`."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import typer
from prometheus_client.metrics import MetricWrapperBase

from credstream.contract import codec, schemas, topics
from credstream.contract.reasons import table as reasons
from credstream.interfaces.cli.main import app
from credstream.process import error_catalogue, metrics, settings
from tests.support import member_names

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"(<!-- generated:([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

PUBLISHED = ("published_definition", "published_award", "published_change")
TOPIC_TITLES = (
    *("topic", "record", "writers", "readers"),
    *("partitions", "kept", "largest", "dead letters"),
)
SIMPLE = {
    "string": "text",
    "int": "whole number",
    "long": "whole number",
    "double": "number",
    "boolean": "true or false",
    "bytes": "bytes",
}
PREFIXES = {topics.MIB: "MiB", topics.KIB: "KiB"}

Row = Sequence[str]


def settings_table() -> str:
    rows = [
        (
            f"`{settings.PREFIX}{each.name.upper()}`",
            f"`{_default(each.default)}`" if each.default != "" else "",
            _values(each.metadata),
            "yes" if each.metadata["secret"] else "",
            each.metadata["doc"],
        )
        for each in fields(settings.Settings)
    ]
    return table(("variable", "default", "values", "secret", "meaning"), rows)


def metrics_table() -> str:
    comments = _comments()
    rows = [
        (
            f"`{metric_name(metric)}`",
            metric._type,
            ", ".join(metric._labelnames),
            comments[name],
        )
        for name, metric in all_metrics().items()
    ]
    return table(("metric", "kind", "labels", "meaning"), rows)


def causes_table() -> str:
    rows = [(f"`{cause}`", meaning) for cause, meaning in error_catalogue.CAUSES.items()]
    return table(("cause", "meaning"), rows)


def topics_table() -> str:
    dead = {name for name, _ in _dead_letters()}
    rows = [
        (
            f"`{row.name}`",
            row.record.replace("_", " ") or "any supported format",
            _who(row.writers),
            _who(row.readers),
            str(row.partitions),
            _days(row.retention_ms),
            _size(row.max_bytes),
            f"{row.dlq_days} days" if row.name in dead else "",
        )
        for row in topics.TOPICS
    ]
    return table(TOPIC_TITLES, rows)


def reasons_table(section: Mapping[str, reasons.ReasonText]) -> str:
    rows = [(f"`{code}`", text.meaning, text.fix) for code, text in section.items()]
    return table(("code", "meaning", "what to do"), rows)


def records_tables() -> str:
    """The published records field by field, then each part that they are made of, once."""
    found: dict[str, Mapping[str, Any]] = {}
    for name in PUBLISHED:
        _collect(json.loads(schemas.text(name)), found)
    tops = [codec.CLASS_BY_NAME[name].__name__ for name in PUBLISHED]
    parts = [name for name in found if name not in tops]
    return "\n\n".join(_record(found[name]) for name in (*tops, *parts))


def schemas_table() -> str:
    rows = [
        (
            f"`{row.name}`",
            f"[{codec.CLASS_BY_NAME[row.record].__name__}](#{row.record.replace('_', '')})",
            str(schemas.IDS[row.record]),
        )
        for row in topics.TOPICS
        if row.record in PUBLISHED
    ]
    return table(("topic", "record", "schema id"), rows)


def commands_table() -> str:
    rows = [(f"`{name}`", _sentence(command.help or "")) for name, command in commands().items()]
    return table(("command", "what it does"), rows)


TABLES: Mapping[str, Callable[[], str]] = {
    "settings": settings_table,
    "metrics": metrics_table,
    "causes": causes_table,
    "topics": topics_table,
    "refusals": lambda: reasons_table(reasons.REFUSALS),
    "endings": lambda: reasons_table(reasons.ENDINGS),
    "warnings": lambda: reasons_table(reasons.WARNINGS),
    "sealing": lambda: reasons_table(reasons.SEALING),
    "judgements": lambda: reasons_table(reasons.JUDGEMENTS),
    "records": records_tables,
    "schemas": schemas_table,
    "commands": commands_table,
}


def rewritten(text: str) -> str:
    """A page with its generated blocks as the code has them now."""
    return BLOCK.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}\n{found[3]}", text)


def pages() -> list[Path]:
    return sorted(DOCS.rglob("*.md"))


def all_metrics() -> dict[str, MetricWrapperBase]:
    return {n: m for n, m in vars(metrics).items() if isinstance(m, MetricWrapperBase)}


def metric_name(metric: MetricWrapperBase) -> str:
    """The name as a query writes it."""
    return metric._name + ("_total" if metric._type == "counter" else "")


def commands() -> dict[str, Any]:
    """Every command by the words that call it."""

    def below(group: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        for name, each in group.commands.items():
            if hasattr(each, "commands"):
                yield from below(each, (*words, name))
            else:
                yield " ".join((*words, name)), each

    return dict(below(typer.main.get_command(app), ("credstream",)))


def table(titles: Row, rows: Iterable[Row]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("|" + "".join(_cell(cell) + "|" for cell in line) for line in lines)


def _cell(text: str) -> str:
    """A cell whose angle brackets stay visible: code spans stand between backticks."""
    pieces = text.replace("|", r"\|").split("`")
    pieces[::2] = (piece.replace("<", r"\<") for piece in pieces[::2])
    return f" {'`'.join(pieces)} " if text else " "


def _default(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(metadata: Mapping[str, Any]) -> str:
    if metadata["within"]:
        least, most = metadata["within"]
        return f"{least:g} to {most:g}"
    return ", ".join(f"`{word}`" for word in metadata["one_of"])


def _comments() -> dict[str, str]:
    """What stands above each metric in its file."""
    found: dict[str, str] = {}
    above: list[str] = []
    for line in inspect.getsource(metrics).splitlines():
        if line.startswith("# "):
            above.append(line.removeprefix("# "))
            continue
        if named := re.match(r"([A-Z_]+) = ", line):
            found[named[1]] = " ".join(above)
        above = []
    return found


def _dead_letters() -> Iterator[tuple[str, str]]:
    """Each row that has a dead-letter topic, told from the names that get created."""
    made = {name for name, _ in topics.fixed_topics(())} | set(
        topics.provider_topics("<kind>", "<provider>")
    )
    for row in topics.TOPICS:
        name = row.name.replace("<service>", topics.SERVICES[-1])
        if topics.dlq(name) in made:
            yield row.name, topics.dlq(row.name)


def _who(names: tuple[str, ...]) -> str:
    return "every service" if names == topics.SERVICES else ", ".join(names)


def _days(milliseconds: int | None) -> str:
    return "compacted" if milliseconds is None else f"{milliseconds // topics.DAY_MS} days"


def _size(count: int) -> str:
    unit = next(size for size in PREFIXES if count % size == 0)
    return f"{count // unit} {PREFIXES[unit]}"


def _collect(node: Any, found: dict[str, Mapping[str, Any]]) -> None:
    if isinstance(node, dict):
        if node.get("type") == "record":
            found.setdefault(node["name"], node)
        for value in node.values():
            _collect(value, found)
    elif isinstance(node, list):
        for value in node:
            _collect(value, found)


def _record(node: Mapping[str, Any]) -> str:
    rows = [(f"`{each['name']}`", _type(each["type"]), each["doc"]) for each in node["fields"]]
    return f"### {node['name']}\n\n{node['doc']}\n\n{table(('field', 'type', 'meaning'), rows)}"


def _type(node: Any) -> str:
    if isinstance(node, list):
        return f"{_type(next(each for each in node if each != 'null'))}, or null"
    if isinstance(node, str):
        return SIMPLE.get(node) or _linked(node)
    if node["type"] == "array":
        return f"list of {_type(node['items'])}"
    if node["type"] == "map":
        return f"map of text to {_type(node['values'])}"
    return _linked(node["name"])


def _linked(name: str) -> str:
    plain = name.removeprefix("credstream.")
    return f"[{plain}](#{plain.lower()})"


def _sentence(text: str) -> str:
    return " ".join(text.split())


def main() -> None:
    member_names.FILE.write_text(member_names.written(), "utf-8")
    for page in pages():
        before = page.read_text("utf-8")
        after = rewritten(before)
        if after != before:
            page.write_text(after, "utf-8")
            sys.stdout.write(f"{page.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
