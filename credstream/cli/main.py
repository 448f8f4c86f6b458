"""The `credstream` command: what each subcommand needs is imported when it is called."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from credstream.cli.place import DEFAULT_DIR, Trouble

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
journal_app = typer.Typer(help="The journal between SQL and Kafka.", no_args_is_help=True)
config_app = typer.Typer(help="Settings.", no_args_is_help=True)
for name, group in (
    ("provider", provider_app),
    ("accreditation", accreditation_app),
    ("journal", journal_app),
    ("config", config_app),
):
    app.add_typer(group, name=name)

Dir = Annotated[Path, typer.Option("--dir", help="Folder of the embedded exchange.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Service = Annotated[str, typer.Argument(help="ingest, normalise, accreditation or publisher.")]


@app.command()
def run(
    directory: Dir = DEFAULT_DIR,
    source: Annotated[
        Path | None, typer.Option("--from", help="Folder of submissions, as in examples/.")
    ] = None,
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Stay up until Ctrl-C.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier run first.")] = False,
    as_json: Json = False,
) -> None:
    """Run the whole house on an embedded broker and send the example submissions through it."""
    from credstream.cli.run import run_house

    raise typer.Exit(run_house(directory, source, keep=keep, fresh=fresh, as_json=as_json))


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
    *,
    as_json: Json = False,
) -> None:
    """Publish registrations, then create the providers' topics."""
    from credstream.cli.reference import add_providers

    raise typer.Exit(add_providers(files, directory, as_json=as_json))


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
