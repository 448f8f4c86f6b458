"""The groups of commands: providers, lists, topics, users, journals, learners, settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from credstream.exchange.folder import DEFAULT_DIR

provider_app = typer.Typer(help="Registrations of providers.", no_args_is_help=True)
accreditation_app = typer.Typer(help="Lists of accreditations.", no_args_is_help=True)
topics_app = typer.Typer(help="Topics and schemas.", no_args_is_help=True)
service_app = typer.Typer(
    help="Users of the services on the cluster, with least rights.", no_args_is_help=True
)
journal_app = typer.Typer(
    help="The journal of a service, which ties SQL and Kafka together.", no_args_is_help=True
)
learner_app = typer.Typer(help="Which identifiers lead to one learner.", no_args_is_help=True)
config_app = typer.Typer(help="Settings.", no_args_is_help=True)
GROUPS = {
    "provider": provider_app,
    "accreditation": accreditation_app,
    "topics": topics_app,
    "service": service_app,
    "journal": journal_app,
    "learner": learner_app,
    "config": config_app,
}

Dir = Annotated[Path, typer.Option("--dir", help="Folder of the embedded exchange.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Replicas = Annotated[
    int, typer.Option("--replication", help="Copies of each topic on a real cluster.")
]
Service = Annotated[str, typer.Argument(help="ingest, normalise, accreditation or publisher.")]


@provider_app.command("add")
def provider_add(
    files: Annotated[list[Path], typer.Argument(help="Registrations in JSON.")],
    directory: Dir = DEFAULT_DIR,
    replicas: Replicas = 1,
    *,
    new_password: Annotated[
        bool, typer.Option("--new-password", help="Give existing users a new password.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Publish registrations, then create the providers' topics, users, rights and quotas."""
    from credstream.interfaces.cli.registrations import add_providers

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
    """Suspend a provider: it may not write any more, and what it has written is refused."""
    from credstream.interfaces.cli.registrations import set_status

    raise typer.Exit(set_status(provider, "suspended", directory, as_json=as_json))


@provider_app.command("resume")
def provider_resume(
    provider: Annotated[str, typer.Argument(help="Id of the provider.")],
    directory: Dir = DEFAULT_DIR,
    *,
    as_json: Json = False,
) -> None:
    """Let a suspended provider write again."""
    from credstream.interfaces.cli.registrations import set_status

    raise typer.Exit(set_status(provider, "active", directory, as_json=as_json))


@provider_app.command("list")
def provider_list(directory: Dir = DEFAULT_DIR, *, as_json: Json = False) -> None:
    """List the providers that ingest knows."""
    from credstream.interfaces.cli.registrations import list_providers

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
    from credstream.interfaces.cli.lists import load_accreditations

    raise typer.Exit(load_accreditations(file, name, directory, as_json=as_json))


@accreditation_app.command("list")
def accreditation_list(directory: Dir = DEFAULT_DIR, *, as_json: Json = False) -> None:
    """List the accreditations that the service knows."""
    from credstream.interfaces.cli.lists import list_accreditations

    raise typer.Exit(list_accreditations(directory, as_json=as_json))


@topics_app.command("create")
def topics_create(
    directory: Dir = DEFAULT_DIR,
    replicas: Replicas = 1,
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Also set retention, compaction and sizes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Create missing topics, register schemas and their levels; name what differs."""
    from credstream.interfaces.cli.topics import create_topics

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
    from credstream.interfaces.cli.topics import check_topics

    raise typer.Exit(check_topics(directory, replicas, as_json=as_json))


@topics_app.command("list")
def topics_list(directory: Dir = DEFAULT_DIR, *, as_json: Json = False) -> None:
    """List the exchange's topics."""
    from credstream.interfaces.cli.topics import list_topics

    raise typer.Exit(list_topics(directory, as_json=as_json))


@service_app.command("add")
def service_add(
    name: Service,
    directory: Dir = DEFAULT_DIR,
    password_file: Annotated[
        Path | None, typer.Option(help="Has the password, or is created with a new one.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Create the user of a service with exactly the rights that it needs."""
    from credstream.interfaces.cli.users import add_service

    raise typer.Exit(add_service(name, directory, password_file, as_json=as_json))


@service_app.command("rights")
def service_rights(name: Service, *, as_json: Json = False) -> None:
    """List what a service may do on the cluster."""
    from credstream.interfaces.cli.users import show_rights

    raise typer.Exit(show_rights(name, as_json=as_json))


@journal_app.command("show")
def journal_show(service: Service, directory: Dir = DEFAULT_DIR, *, as_json: Json = False) -> None:
    """Show how far a service has handled each source partition."""
    from credstream.interfaces.cli.operate import show_journal

    raise typer.Exit(show_journal(service, directory, as_json=as_json))


@journal_app.command("forget")
def journal_forget(
    service: Service,
    directory: Dir = DEFAULT_DIR,
    *,
    again: Annotated[
        int | None,
        typer.Option(help="Do not ask: so many messages may be read again, no more and no less."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Forget the journal of a service and trust the broker's offsets; its state is kept."""
    from credstream.interfaces.cli.operate import forget_journal

    raise typer.Exit(forget_journal(service, directory, again=again, as_json=as_json))


@learner_app.command("links")
def learner_links(
    directory: Dir = DEFAULT_DIR,
    award: Annotated[str | None, typer.Option(help="Only those of an award, by its key.")] = None,
    provider: Annotated[str | None, typer.Option(help="Only what a provider said.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many to show.")] = 100,
    *,
    inherited: Annotated[
        bool, typer.Option("--inherited", help="Only those from before links had a provider.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List which identifier leads to which stronger one, as HMACs, and who said so."""
    from credstream.exchange.learners import Wanted
    from credstream.interfaces.cli.learners import show_links

    wanted = Wanted(award, provider, inherited)
    raise typer.Exit(show_links(wanted, directory, most, as_json=as_json))


@learner_app.command("unlink")
def learner_unlink(
    identifier: Annotated[str, typer.Argument(help="Beginning of the identifier's HMAC.")],
    target: Annotated[str, typer.Argument(help="Beginning of the HMAC that it leads to.")],
    directory: Dir = DEFAULT_DIR,
    provider: Annotated[
        str, typer.Option(help="Who said so; without it, a link from before.")
    ] = "",
    *,
    as_json: Json = False,
) -> None:
    """Take a link back: the awards that it moved go to their own learner again."""
    from credstream.interfaces.cli.learners import take_back

    raise typer.Exit(take_back(identifier, target, provider, directory, as_json=as_json))


@journal_app.command("accept")
def journal_accept(
    service: Service,
    directory: Dir = DEFAULT_DIR,
    topic: Annotated[str | None, typer.Option(help="Only partitions of this topic.")] = None,
    partition: Annotated[int | None, typer.Option(help="Only partitions of this number.")] = None,
    *,
    lost: Annotated[
        int | None,
        typer.Option(help="Do not ask: so many offsets may be lost, no more and no less."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Let partitions that a service holds go on without what is lost."""
    from credstream.interfaces.cli.operate import accept_loss

    raise typer.Exit(accept_loss(service, directory, topic, partition, lost=lost, as_json=as_json))


@learner_app.command("erase")
def learner_erase(
    award: Annotated[str, typer.Argument(help="Key of an award of the learner.")],
    directory: Dir = DEFAULT_DIR,
    *,
    sure: Annotated[bool, typer.Option("--sure", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete the key of a learner: nothing of the person can be read again."""
    from credstream.interfaces.cli.learners import erase

    raise typer.Exit(erase(award, directory, sure=sure, as_json=as_json))


@learner_app.command("erase-again")
def learner_erase_again(directory: Dir = DEFAULT_DIR, *, as_json: Json = False) -> None:
    """Delete the keys of erased learners that an old copy of the vault brought back."""
    from credstream.interfaces.cli.learners import erase_again

    raise typer.Exit(erase_again(directory, as_json=as_json))


@config_app.command("show")
def config_show(*, as_json: Json = False) -> None:
    """Show every setting, its variable and its value; secrets are hidden."""
    from credstream.interfaces.cli.operate import show_config

    raise typer.Exit(show_config(as_json=as_json))
