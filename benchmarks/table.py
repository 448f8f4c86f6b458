"""The table of a run: ratios first, figures of this machine after, and which budgets hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

BARE, PLAIN, OURS = "bare step", "plain confluent-kafka loop", "the runtime, journal in SQLite"
Rounds = Sequence[Mapping[str, Mapping[str, float]]]

COLUMNS = (
    "contestant",
    "CPU / bare",
    "CPU / plain",
    "events/s / plain",
    "events/s",
    "CPU ms/1k",
    "broker ms/1k",
    "MB",
)


def show(names: Sequence[str], rounds: Rounds, events: int) -> None:
    made = Table(*COLUMNS, title=f"{events:,} events, medians of {len(rounds)} interleaved rounds")
    made.columns[0].no_wrap = True
    for column in made.columns[1:]:
        column.justify = "right"
    for name in names:
        made.add_row(name, *_ratios(name, rounds), *_figures(name, rounds))
    console = Console(width=max(120, Console().width))
    console.print(made)
    for line in _budgets(names, rounds):
        console.print(line)


def cpu(found: Mapping[str, float]) -> float:
    """Milliseconds for 1,000 events."""
    return found["cpu"] / found["events"] * 1e6


def rate(found: Mapping[str, float]) -> float:
    return found["events"] / found["wall"]


def ratio(what: Callable[[Mapping[str, float]], float], one: str, other: str, rounds: Rounds):
    """The median of the rounds' own ratios, None where one of the two was not asked for."""
    found = [what(each[one]) / what(each[other]) for each in rounds if {one, other} <= each.keys()]
    return median(found) if found else None


def _ratios(name: str, rounds: Rounds) -> list[str]:
    found = [ratio(cpu, name, BARE, rounds), ratio(cpu, name, PLAIN, rounds)]
    found += [ratio(rate, name, PLAIN, rounds)]
    return ["" if each is None else f"{each:.2f}" for each in found]


def _figures(name: str, rounds: Rounds) -> list[str]:
    own = [each[name] for each in rounds]
    broker = median(each["broker"] / each["events"] * 1e6 for each in own)
    return [
        f"{median(map(rate, own)):,.0f}",
        f"{median(map(cpu, own)):.1f}",
        f"{broker:.1f}" if broker else "",
        f"{median(each['rss'] for each in own):.0f}",
    ]


def _budgets(names: Sequence[str], rounds: Rounds) -> list[str]:
    """The budgets of the runtime, each with what this run says."""
    checks = [
        ("CPU over the bare step", ratio(cpu, OURS, BARE, rounds), 1.45),
        ("CPU over the plain loop", ratio(cpu, OURS, PLAIN, rounds), 1.10),
        ("plain loop's events/s over ours", ratio(rate, PLAIN, OURS, rounds), 1 / 0.95),
    ]
    peers = names[names.index(OURS) + 1 :] if OURS in names else ()
    checks += [
        (f"CPU over {name}", ratio(cpu, OURS, name, rounds), 1.0)
        for name in peers
        if not name.startswith("the runtime")
    ]
    return [
        f"{'held  ' if found <= limit else 'BROKEN'} {what}: {found:.2f} (at most {limit:.2f})"
        for what, found, limit in checks
        if found is not None
    ]
