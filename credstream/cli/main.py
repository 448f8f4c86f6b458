"""The `credstream` command: what each subcommand needs is imported when it is called."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from credstream.cli.place import DEFAULT_DIR, STACK, Trouble

HELP = """The exchange for micro-credentials: try a file, run the house, ask why.

Exit codes: 0 done, 2 misuse, 3 the file was rejected, 4 something needed is away,
5 the run ended with work undone, 78 wrong settings.
"""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=True,
    pretty_exceptions_enable=False,
)
provider_app = typer.Typer(help="Registrations of providers.", no_args_is_help=True)
accreditation_app = typer.Typer(help="Lists of accreditations.", no_args_is_help=True)
topics_app = typer.Typer(help="Topics and schemas, by the table.", no_args_is_help=True)
service_app = typer.Typer(help="Users of the services, with least rights.", no_args_is_help=True)
journal_app = typer.Typer(help="The journal between SQL and Kafka.", no_args_is_help=True)
config_app = typer.Typer(help="Settings.", no_args_is_help=True)
for name, group in (
    ("provider", provider_app),
    ("accreditation", accreditation_app),
    ("topics", topics_app),
    ("service", service_app),
    ("journal", journal_app),
    ("config", config_app),
):
    app.add_typer(group, name=name)

Dir = Annotated[Path, typer.Option("--dir", help="Folder of the embedded exchange.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Replicas = Annotated[
    int, typer.Option("--replication", help="Copies of each topic on a real cluster.")
]
Service = Annotated[str, typer.Argument(help="ingest, normalise, accreditation or publisher.")]


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
        Path, typer.Option(help="With --broker kafka: what `make kafka-up` told.")
    ] = STACK,
    keep: Annotated[bool, typer.Option("--keep", help="Stay up until Ctrl-C.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier run first.")] = False,
    as_json: Json = False,
) -> None:
    """Run the whole house and send the example submissions through it."""
    from credstream.cli.run import run_house

    if broker not in ("embedded", "kafka"):
        raise Trouble(f"--broker is embedded or kafka, not {broker}")
    servers = stack if broker == "kafka" else None
    raise typer.Exit(run_house(directory, source, servers, keep=keep, fresh=fresh, as_json=as_json))


@app.command("try")
def try_(
    file: Annotated[Path, typer.Argument(help="The file to try.")],
    provider: Annotated[str, typer.Option(help="The provider that would send it.")] = "try",
    directory: Dir = DEFAULT_DIR,
    *,
    as_json: Json = False,
) -> None:
    """Show everything that a file would go through, without Kafka."""
    from credstream.cli.try_file import try_file

    raise typer.Exit(try_file(file, provider, directory, as_json=as_json))


@app.command()
def why(
    key: Annotated[str, typer.Argument(help="Key of a published record, mc:<country>:<uuid>.")],
    directory: Dir = DEFAULT_DIR,
    *,
    as_json: Json = False,
) -> None:
    """Explain a published record: source, origins, rules, judgement, versions."""
    from credstream.cli.why import explain

    raise typer.Exit(explain(key, directory, as_json=as_json))


@app.command()
def submit(
    files: Annotated[list[Path], typer.Argument(help="Files in any format that is read.")],
    provider: Annotated[str, typer.Option(help="Your id as a provider.")],
    directory: Dir = DEFAULT_DIR,
    *,
    kind: Annotated[
        str | None, typer.Option(help="provider, certifier or consortium; else it is looked up.")
    ] = None,
    identity: Annotated[
        str | None,
        typer.Option("--id", help="Id of the submission; else made from name and content."),
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the receipts.")] = 60.0,
    wait: Annotated[bool, typer.Option(help="Wait for the receipts.")] = True,
    as_json: Json = False,
) -> None:
    """Send files as a provider, and print their receipts until each has ended."""
    from credstream.cli.submit import submit_files

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
    to: Annotated[
        str | None, typer.Option(help="Database: sqlite:///FILE or postgresql://…")
    ] = None,
    group: Annotated[
        str | None, typer.Option(help="Consumer group that keeps the place between two calls.")
    ] = None,
    beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Read what is there already, once more.")
    ] = False,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="Stop where the topics ended at the start.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print what is published, or keep it in a register's own database."""
    from credstream.cli.subscribe import subscribe_to

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
        list[str] | None, typer.Argument(help="Services to look at; else those of the exchange.")
    ] = None,
    directory: Dir = DEFAULT_DIR,
    *,
    as_json: Json = False,
) -> None:
    """Look at all that the services need, change nothing, and say what is wrong and what to do."""
    from credstream.cli.doctor import examine

    raise typer.Exit(examine(services or (), directory, as_json=as_json))


@app.command()
def resume(service: Service, directory: Dir = DEFAULT_DIR, *, as_json: Json = False) -> None:
    """Close the open breaker of a service."""
    from credstream.cli.operate import close_breaker

    raise typer.Exit(close_breaker(service, directory, as_json=as_json))


@app.command()
def migrate(service: Service, directory: Dir = DEFAULT_DIR, *, as_json: Json = False) -> None:
    """Bring a service's database, or with `vault` the vault, to this version."""
    from credstream.cli.operate import migrate_database

    raise typer.Exit(migrate_database(service, directory, as_json=as_json))


@app.command()
def version(*, as_json: Json = False) -> None:
    """Print the version."""
    import json
    from importlib.metadata import version as installed

    found = installed("credstream")
    typer.echo(json.dumps({"version": found}) if as_json else found)


@provider_app.command("add")
def provider_add(
    files: Annotated[list[Path], typer.Argument(help="Registrations in JSON.")],
    directory: Dir = DEFAULT_DIR,
    replicas: Replicas = 1,
    *,
    new_password: Annotated[
        bool, typer.Option("--new-password", help="Give users that exist another password.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Publish registrations, then create the providers' topics, users, rights and quotas."""
    from credstream.cli.reference import add_providers

    raise typer.Exit(
        add_providers(
            files, directory, replicas=replicas, new_password=new_password, as_json=as_json
        )
    )


@provider_app.command("suspend")
def provider_suspend(
    provider: Annotated[str, typer.Argument(help="Id of the provider.")],
    directory: Dir = DEFAULT_DIR,
    *,
    as_json: Json = False,
) -> None:
    """Stop a provider: it may not write any more, and what it had written is refused."""
    from credstream.cli.reference import set_state

    raise typer.Exit(set_state(provider, "suspended", directory, as_json=as_json))


@provider_app.command("resume")
def provider_resume(
    provider: Annotated[str, typer.Argument(help="Id of the provider.")],
    directory: Dir = DEFAULT_DIR,
    *,
    as_json: Json = False,
) -> None:
    """Let a suspended provider go on."""
    from credstream.cli.reference import set_state

    raise typer.Exit(set_state(provider, "active", directory, as_json=as_json))


@provider_app.command("list")
def provider_list(directory: Dir = DEFAULT_DIR, *, as_json: Json = False) -> None:
    """List the providers that ingest knows."""
    from credstream.cli.reference import list_providers

    raise typer.Exit(list_providers(directory, as_json=as_json))


@accreditation_app.command("load")
def accreditation_load(
    file: Annotated[Path, typer.Argument(help="A national list in CSV.")],
    name: Annotated[str, typer.Option(help="Name of the list.")] = "national-list",
    directory: Dir = DEFAULT_DIR,
    *,
    as_json: Json = False,
) -> None:
    """Publish a list of accreditations; affected awards are judged again."""
    from credstream.cli.reference import load_accreditations

    raise typer.Exit(load_accreditations(file, name, directory, as_json=as_json))


@accreditation_app.command("list")
def accreditation_list(directory: Dir = DEFAULT_DIR, *, as_json: Json = False) -> None:
    """List the accreditations that are known."""
    from credstream.cli.reference import list_accreditations

    raise typer.Exit(list_accreditations(directory, as_json=as_json))


@topics_app.command("create")
def topics_create(
    directory: Dir = DEFAULT_DIR,
    replicas: Replicas = 1,
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Also set retention, compaction and sizes anew.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Create missing topics, register schemas and their levels; name what differs."""
    from credstream.cli.topics import create_topics

    raise typer.Exit(create_topics(directory, replicas, repair=repair, as_json=as_json))


@topics_app.command("check")
def topics_check(
    directory: Dir = DEFAULT_DIR,
    replicas: Annotated[
        int | None, typer.Option("--replication", help="Copies that each topic should have.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Compare topics and schemas with this version; exit code 5 where they differ."""
    from credstream.cli.topics import check_topics

    raise typer.Exit(check_topics(directory, replicas, as_json=as_json))


@topics_app.command("list")
def topics_list(directory: Dir = DEFAULT_DIR, *, as_json: Json = False) -> None:
    """List the exchange's topics."""
    from credstream.cli.topics import list_topics

    raise typer.Exit(list_topics(directory, as_json=as_json))


@service_app.command("add")
def service_add(
    name: Service,
    directory: Dir = DEFAULT_DIR,
    password_file: Annotated[
        Path | None, typer.Option(help="Holds the password, or takes a new one.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Make a service's user with exactly the rights that it needs."""
    from credstream.cli.users import add_service

    raise typer.Exit(add_service(name, directory, password_file, as_json=as_json))


@service_app.command("rights")
def service_rights(name: Service, *, as_json: Json = False) -> None:
    """List what a service may do on the cluster."""
    from credstream.cli.users import show_rights

    raise typer.Exit(show_rights(name, as_json=as_json))


@journal_app.command("show")
def journal_show(service: Service, directory: Dir = DEFAULT_DIR, *, as_json: Json = False) -> None:
    """Show the journal rows of a service."""
    from credstream.cli.operate import show_journal

    raise typer.Exit(show_journal(service, directory, as_json=as_json))


@journal_app.command("forget")
def journal_forget(
    service: Service,
    directory: Dir = DEFAULT_DIR,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Trust the broker's offsets from here on; the service's state is kept."""
    from credstream.cli.operate import forget_journal

    raise typer.Exit(forget_journal(service, directory, yes=yes, as_json=as_json))


@config_app.command("show")
def config_show(*, as_json: Json = False) -> None:
    """Show every setting, its variable and its value; secrets are hidden."""
    from credstream.cli.operate import show_config

    raise typer.Exit(show_config(as_json=as_json))


def main() -> None:
    """Entry of the command; troubles are told in one line, with a way out."""
    try:
        app()
    except Trouble as trouble:
        sys.stderr.write(f"credstream: {trouble}\n")
        sys.exit(trouble.code)
