"""The `credstream` command: what each subcommand needs is imported when it is called."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from credstream.exchange.errors import CommandError
from credstream.exchange.folder import DEFAULT_DIR, STACK
from credstream.interfaces.cli.exit_codes import FAILURES, code_of, words_of
from credstream.interfaces.cli.groups import GROUPS, Dir, Json, Service
from credstream.process import timeouts

HELP = """The exchange for micro-credentials: try a file, run an exchange, explain a record.

Exit codes: 0 done, 2 wrong use of a command, 3 a file was rejected, 4 something needed is away,
5 something was left undone, 78 wrong settings.
"""

To = Annotated[
    str | None,
    typer.Option(
        envvar="CREDSTREAM_SUBSCRIBE_TO",
        help="Database: sqlite:///FILE or postgresql://…; its password is better in the "
        "variable, in PGPASSWORD or in ~/.pgpass than in an argument.",
    ),
]

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=True,
    pretty_exceptions_enable=False,
)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)


@app.command()
def run(
    directory: Dir = DEFAULT_DIR,
    source: Annotated[
        Path | None, typer.Option("--from", help="Folder of submissions, as in examples/.")
    ] = None,
    *,
    broker: Annotated[
        str, typer.Option(help="embedded, or kafka: the servers of `make kafka-up`.")
    ] = "embedded",
    stack: Annotated[
        Path, typer.Option(help="With --broker kafka: the file that `make kafka-up` wrote.")
    ] = STACK,
    keep: Annotated[bool, typer.Option("--keep", help="Go on running until Ctrl-C.")] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Delete what an earlier run left, first.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run the whole exchange and send the example submissions through it."""
    from credstream.interfaces.cli.run import run_exchange

    if broker not in ("embedded", "kafka"):
        raise CommandError(f"--broker is embedded or kafka, not {broker}")
    servers = stack if broker == "kafka" else None
    raise typer.Exit(
        run_exchange(directory, source, servers, keep=keep, fresh=fresh, as_json=as_json)
    )


@app.command("try")
def try_(
    file: Annotated[Path, typer.Argument(help="The file to try, or a folder of files.")],
    provider: Annotated[str, typer.Option(help="The provider that would send it.")] = "try",
    directory: Dir = DEFAULT_DIR,
    *,
    as_json: Json = False,
) -> None:
    """Show what would become of a file, without Kafka; nothing is sent."""
    if file.is_dir():
        from credstream.interfaces.cli.try_folder import try_folder

        raise typer.Exit(try_folder(file, provider, directory, as_json=as_json))
    from credstream.interfaces.cli.try_file import try_file

    raise typer.Exit(try_file(file, provider, directory, as_json=as_json))


@app.command()
def why(
    key: Annotated[str, typer.Argument(help="Key of a published record, mc:<country>:<uuid>.")],
    directory: Dir = DEFAULT_DIR,
    *,
    as_json: Json = False,
) -> None:
    """Explain a published record: its source, origins of values, judgement and versions."""
    from credstream.interfaces.cli.why import explain_record

    raise typer.Exit(explain_record(key, directory, as_json=as_json))


@app.command()
def submit(
    files: Annotated[
        list[Path], typer.Argument(help="Files in any format that the exchange reads.")
    ],
    provider: Annotated[str, typer.Option(help="Your id as a provider.")],
    directory: Dir = DEFAULT_DIR,
    *,
    kind: Annotated[
        str | None,
        typer.Option(help="provider, certifier or consortium; by default it is looked up."),
    ] = None,
    identity: Annotated[
        str | None,
        typer.Option("--id", help="Id of the submission; by default made from name and content."),
    ] = None,
    timeout: Annotated[
        float, typer.Option(help="Seconds to wait for the receipts.")
    ] = timeouts.SUBMIT_SECONDS,
    wait: Annotated[bool, typer.Option(help="Wait for the receipts.")] = True,
    as_json: Json = False,
) -> None:
    """Send files as a provider, and print their receipts until each has ended."""
    from credstream.interfaces.cli.submit import submit_files

    raise typer.Exit(
        submit_files(
            files,
            provider,
            directory,
            kind=kind,
            identity=identity,
            timeout=timeout,
            wait=wait,
            as_json=as_json,
        )
    )


@app.command()
def subscribe(
    topics: Annotated[
        list[str], typer.Argument(help="definitions, changes, awards, awards.<cc>, or full names.")
    ],
    directory: Dir = DEFAULT_DIR,
    *,
    to: To = None,
    group: Annotated[
        str | None, typer.Option(help="Consumer group that keeps the position between two calls.")
    ] = None,
    beginning: Annotated[
        bool,
        typer.Option(
            "--from-beginning", help="Read from the beginning, even what was read before."
        ),
    ] = False,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="Stop at the ends that the topics had at the start.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print what is published, or keep it in a register's own database."""
    from credstream.interfaces.cli.subscribe import subscribe_to

    raise typer.Exit(
        subscribe_to(
            topics,
            directory,
            to=to,
            group=group,
            beginning=beginning,
            until_end=until_end,
            as_json=as_json,
        )
    )


@app.command()
def doctor(
    services: Annotated[
        list[str] | None,
        typer.Argument(help="Services to look at; by default those of the exchange."),
    ] = None,
    directory: Dir = DEFAULT_DIR,
    *,
    as_json: Json = False,
) -> None:
    """Check all that the services need without changing it; say what is wrong and what to do."""
    from credstream.interfaces.cli.doctor import examine

    raise typer.Exit(examine(services or (), directory, as_json=as_json))


@app.command()
def republish(
    stage: Annotated[
        str,
        typer.Option(help="Whose outputs were lost: ingest, normalise, …"),
    ],
    directory: Dir = DEFAULT_DIR,
    provider: Annotated[str | None, typer.Option(help="Only what this provider sent.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Only what was received since a day or a time.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="Only this key.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Have a stage send once more what was lost behind it; what is there changes nothing."""
    from credstream.exchange.republish import Wanted
    from credstream.interfaces.cli.republish import send_again, since_of

    wanted = Wanted(provider, since_of(since), key)
    raise typer.Exit(send_again(stage, wanted, directory, as_json=as_json))


@app.command()
def resume(service: Service, directory: Dir = DEFAULT_DIR, *, as_json: Json = False) -> None:
    """Close the open breaker of a service."""
    from credstream.interfaces.cli.operate import close_breaker

    raise typer.Exit(close_breaker(service, directory, as_json=as_json))


@app.command()
def migrate(service: Service, directory: Dir = DEFAULT_DIR, *, as_json: Json = False) -> None:
    """Migrate the database of a service, or with `vault` the vault, to this version."""
    from credstream.interfaces.cli.operate import migrate_database

    raise typer.Exit(migrate_database(service, directory, as_json=as_json))


@app.command()
def version(*, as_json: Json = False) -> None:
    """Print the version."""
    import json
    from importlib.metadata import version as installed

    found = installed("credstream")
    typer.echo(json.dumps({"version": found}) if as_json else found)


def main() -> None:
    """Entry of the command; a failure is printed as one line, with a way out."""
    try:
        app()
    except FAILURES as failure:
        sys.stderr.write(f"credstream: {words_of(failure)}\n")
        sys.exit(code_of(failure))
