"""The doctor's report: every check in its order, and a limit for those that wait for servers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from credstream.contract.topics import SERVICES
from credstream.exchange.databases import VAULT
from credstream.exchange.doctor import (
    broker,
    databases,
    journals,
    registry,
    rights,
    seal,
    settings,
    topics,
    transport,
)
from credstream.exchange.doctor.broker import BrokerReport
from credstream.exchange.doctor.databases import Database
from credstream.exchange.doctor.findings import OK, UNKNOWN, WRONG, Finding
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.target import Target, check_service, environment_settings, target_of
from credstream.process import timeouts
from credstream.process.settings import Settings
from credstream.storage import migrate

NEED_VAULT = frozenset({"normalise", "publisher"})
LONGEST = 200


@dataclass(slots=True)
class Task:
    """Checks that run beside others, in a thread that is left alone when its time is over."""

    group: str
    name: str
    checks: Callable[[], Iterable[Finding]]
    found: list[Finding] | None = None
    failure: Exception | None = None
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        # A daemon: a client that ignores its time-out must not keep the process from ending.
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def findings(self, until: float) -> list[Finding]:
        """What was found by then; a check that failed, or has not ended, is unknown."""
        self.thread.join(max(0.0, until - time.monotonic()))
        if self.found is not None:
            return self.found
        hangs = f"no answer in {timeouts.DOCTOR_STAGE_SECONDS:.0f} s"
        why = str(self.failure) if self.failure else hangs
        line = next(iter(why.splitlines()), type(self.failure).__name__)
        do = "look whether it runs, and whether the network lets us reach it"
        return [Finding(self.group, UNKNOWN, f"{self.name}: {line[:LONGEST]}", do)]

    def _run(self) -> None:
        try:
            self.found = list(self.checks())
        except Exception as error:  # noqa: BLE001, a check that fails is a finding
            self.failure = error


def examine(services: Sequence[str], directory: Path) -> list[Finding]:
    """Look at all that some services need, or those of the exchange; changes nothing."""
    for name in services:
        check_service(name)
    try:
        environment, target = environment_settings(), target_of(directory)
    except CommandError as error:
        if error.kind is not Kind.CONFIG:
            raise
        faults = str(error).splitlines()
        return [Finding("settings", WRONG, fault, "credstream config show") for fault in faults]
    folder = ExchangeFolder(directory)
    in_folder = folder.running() is not None or folder.stack() is not None
    named = tuple(services) or _services_of(target, in_folder=in_folder)
    their_databases = list(_databases(named, folder, environment))
    protocol = str(target.cluster.security.get("security.protocol", ""))
    return [
        *settings.checks(environment, () if in_folder else named),
        *transport.checks(their_databases, target.registry, target.cluster.address, protocol),
        *_servers(target, named, their_databases),
        *(seal.checks(environment, folder) if "publisher" in named or not named else ()),
    ]


def _servers(
    target: Target, services: Sequence[str], their_databases: Sequence[Database]
) -> list[Finding]:
    """Ask broker, registry and databases at once, and then what needs an answer of the broker."""
    reports: list[BrokerReport] = []

    def connect() -> Sequence[Finding]:
        reports.append(broker.connect(target))
        return reports[0].findings

    broker_task = Task("broker", target.cluster.address, connect)
    registry_task = Task("registry", "its schemas", partial(registry.checks, target))
    database_tasks = {
        database.name: Task("databases", database.name, partial(databases.checks, database))
        for database in their_databases
    }
    # One limit for all of them: everything may hang, and the report still comes.
    until = time.monotonic() + timeouts.DOCTOR_STAGE_SECONDS
    of_broker, of_registry = broker_task.findings(until), registry_task.findings(until)
    of_databases = {name: task.findings(until) for name, task in database_tasks.items()}
    usable = [
        database
        for database in their_databases
        if any(finding.state == OK for finding in of_databases[database.name])
    ]
    return [
        *of_broker,
        *_on_broker(reports, services or SERVICES, usable),
        *of_registry,
        *(finding for found in of_databases.values() for finding in found),
        *_erased(usable),
    ]


def _erased(usable: Sequence[Database]) -> list[Finding]:
    """Whether the vault has keys of learners that normalise knows as erased."""
    by_name = {database.name: database.url for database in usable}
    if not {"normalise", VAULT} <= by_name.keys():
        return []
    look = partial(databases.erased, by_name["normalise"], by_name[VAULT])
    until = time.monotonic() + timeouts.DOCTOR_STAGE_SECONDS
    return Task("vault", "erased learners", look).findings(until)


def _on_broker(
    reports: Sequence[BrokerReport], services: Sequence[str], usable: Sequence[Database]
) -> Iterator[Finding]:
    """What can be looked at only where the broker answers."""
    if not reports or not reports[0].id:
        for group in ("topics", "rights", "journal"):
            yield Finding(group, UNKNOWN, "not looked at: the broker is away")
        return
    report = reports[0]
    tasks = [
        Task("topics", "table", partial(topics.checks, report, services)),
        Task("rights", report.user, partial(rights.checks, report)),
        *(
            Task("journal", database.name, partial(journals.checks, report, database))
            for database in usable
            if database.name != VAULT
        ),
    ]
    until = time.monotonic() + timeouts.DOCTOR_STAGE_SECONDS
    for task in tasks:
        yield from task.findings(until)


def _services_of(target: Target, *, in_folder: bool) -> tuple[str, ...]:
    """The services to look at where none is named: of the folder, or the one that we are."""
    service = BrokerReport(target, "", {}).service
    if service:
        return (service,)
    return SERVICES if in_folder else ()


def _databases(
    services: Sequence[str], folder: ExchangeFolder, environment: Settings
) -> Iterator[Database]:
    for name in services:
        url = environment.database_url or _url_in(folder, name)
        if url:
            yield Database(name, url, migrate.folders(name))
    url = environment.vault_url or _url_in(folder, VAULT)
    if url and (not services or NEED_VAULT & set(services)):
        yield Database(VAULT, url, migrate.VAULT)


def _url_in(folder: ExchangeFolder, name: str) -> str:
    return folder.url(name) if folder.has_database(name) else ""
