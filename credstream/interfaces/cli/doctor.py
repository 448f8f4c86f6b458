"""`credstream doctor`: looks at everything that a service needs, and says what to do."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from rich.text import Text

from credstream.contract.topics import SERVICES
from credstream.exchange.doctor import broker, checks
from credstream.exchange.doctor.broker import BrokerReport
from credstream.exchange.doctor.checks import OK, UNKNOWN, WRONG, Base, Finding
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.target import Target, check_service, loaded, target_of
from credstream.interfaces.cli.exit_codes import AWAY, CONFIG, UNDONE
from credstream.interfaces.cli.terminal import console
from credstream.process import timeouts
from credstream.storage import migrate

VAULT = "vault"
VAULTED = ("normalise", "publisher")
STYLES = {OK: "green", WRONG: "red", UNKNOWN: "yellow"}
Checks = Callable[[], Iterable[Finding]]


@dataclass(slots=True)
class Work:
    """Checks that run beside others; what is not ready at its time counts as hanging."""

    group: str
    name: str
    checks: Checks
    found: list[Finding] | None = None
    failure: Exception | None = None
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.found = list(self.checks())
        except Exception as error:  # noqa: BLE001, a check that fails is what was looked for
            self.failure = error

    def until(self, end: float) -> list[Finding]:
        self.thread.join(max(0.0, end - time.monotonic()))
        if self.found is not None:
            return self.found
        hanging = f"no answer in {timeouts.DOCTOR_STAGE_SECONDS:.0f} s"
        said = str(self.failure) if self.failure else hanging
        what = f"{self.name}: {next(iter(said.splitlines()), type(self.failure).__name__)[:200]}"
        return [Finding(self.group, UNKNOWN, what, "look whether it runs, and at the way there")]


def examine(services: Sequence[str], directory: Path, *, as_json: bool) -> int:
    """Print a line for each check; 0 all well, 4 something is away, 5 wrong, 78 settings."""
    for name in services:
        check_service(name)
    try:
        found = _found(services, ExchangeFolder(directory), target_of(directory))
    except CommandError as error:
        if error.kind is not Kind.CONFIG:
            raise
        found = [Finding("settings", WRONG, str(error), "credstream config show")]
    code = _code(found)
    if as_json:
        told = {"code": code, "checks": [asdict(each) for each in found]}
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    else:
        _show(found)
    return code


def _found(services: Sequence[str], place: ExchangeFolder, exchange: Target) -> list[Finding]:
    """Everything at once that does not wait for the broker, then what does."""
    settings = loaded()
    in_folder = place.running() is not None or place.stack() is not None
    named = services or _meant(exchange, in_folder=in_folder)
    bases = list(_bases(named, place, settings.database_url, settings.vault_url))
    reached: list[BrokerReport] = []
    first = [
        Work("broker", exchange.cluster.address, lambda: _reach(exchange, reached)),
        Work("registry", "its schemas", partial(checks.registry_checks, exchange)),
        *(Work("databases", base.name, partial(checks.base_checks, base)) for base in bases),
    ]
    found = list(checks.settings_checks(settings, () if in_folder else tuple(named)))
    end = time.monotonic() + timeouts.DOCTOR_STAGE_SECONDS
    reached_, rest = [each for work in first[:1] for each in work.until(end)], []
    for work in first[1:]:
        rest += work.until(end)
    seal = checks.seal_checks(settings, place) if "publisher" in named or not named else ()
    return [*found, *reached_, *_behind(reached, named, bases, rest), *rest, *seal]


def _behind(
    reached: Sequence[BrokerReport],
    services: Sequence[str],
    bases: Sequence[Base],
    rest: list[Finding],
) -> Iterator[Finding]:
    """What can be looked at only where the broker answers."""
    if not reached or not reached[0].id:
        for group in ("topics", "rights", "journal"):
            yield Finding(group, UNKNOWN, "not looked at: the broker is away")
        return
    report = reached[0]
    well = [each.what.split(" ")[0] for each in rest if each.state == OK]
    works = [
        Work("topics", "table", partial(broker.topic_checks, report, services or SERVICES)),
        Work("rights", report.user, partial(broker.right_checks, report)),
        *(
            Work("journal", base.name, partial(broker.journal_checks, report, base))
            for base in bases
            if base.name in well and base.name != VAULT
        ),
    ]
    end = time.monotonic() + timeouts.DOCTOR_STAGE_SECONDS
    for work in works:
        yield from work.until(end)


def _reach(exchange: Target, reached: list[BrokerReport]) -> Iterable[Finding]:
    reached.append(broker.reach(exchange))
    return reached[0].checks


def _meant(exchange: Target, *, in_folder: bool) -> Sequence[str]:
    """The services to look at where none is named: of the folder, or the one that we are."""
    service = BrokerReport(exchange, "", {}, ()).service
    if service:
        return (service,)
    return SERVICES if in_folder else ()


def _bases(services: Sequence[str], place: ExchangeFolder, url: str, vault: str) -> Iterator[Base]:
    for name in services:
        found = url or (place.url(name) if place.has_database(name) else "")
        if found:
            yield Base(name, found, migrate.folders(name))
    found = vault or (place.url(VAULT) if place.has_database(VAULT) else "")
    if found and (not services or set(services) & set(VAULTED)):
        yield Base(VAULT, found, migrate.VAULT)


def _code(found: Iterable[Finding]) -> int:
    bad = {each.group for each in found if each.state == WRONG}
    if "settings" in bad:
        return CONFIG
    if bad:
        return UNDONE
    return AWAY if any(each.state == UNKNOWN for each in found) else 0


def _show(found: Iterable[Finding]) -> None:
    out = console()
    for each in found:
        do = f" — {each.do}" if each.do else ""
        state = (f"{each.state:8}", STYLES[each.state])
        line = Text.assemble(state, (f"{each.group:10}", "dim"), each.what, (do, "italic"))
        out.print(line, soft_wrap=True)  # a line each, however long
