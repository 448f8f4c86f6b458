"""The image and the exchange of containers are what the services and the settings ask for."""

import importlib.util
import json
import os
import re
import sys
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml

from credstream.contract import topics
from credstream.process import settings
from credstream.process.settings import secret_key
from deploy import start
from deploy.compose import make_secrets
from services.publisher import seal
from tests.support import docs

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
JOBS = ("topics", "vault")
OURS = (*topics.SERVICES, *JOBS)
RUN = "/run/secrets/"


def instructions(word):
    """What follows an instruction, for each time that it stands in the Dockerfile."""
    text = (DEPLOY / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    return re.findall(rf"^{word} +(.*)$", text, re.MULTILINE)


def service(name):
    return COMPOSE["services"][name]


@cache
def schema():
    """The official schema, as the package check-jsonschema brings it."""
    found = importlib.util.find_spec("check_jsonschema")
    if found is None:
        pytest.skip("the package check-jsonschema is not there")
    folder = Path(found.submodule_search_locations[0]) / "builtin_schemas" / "vendor"
    return json.loads((folder / "compose-spec.json").read_text("utf-8"))


def check(compose):
    jsonschema.validators.validator_for(schema())(schema()).validate(compose)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "secrets"
    make_secrets.make(folder, 1_760_000_000_000)
    return folder


def test_the_image_starts_as_nobody_of_importance():
    assert [user.split(":")[0].isdigit() for user in instructions("USER")] == [True]
    assert "0" not in instructions("USER")[0].split(":")


def test_the_image_is_for_one_service_and_names_it_without_a_shell():
    assert "SERVICE" in instructions("ARG")
    assert "SERVICE=${SERVICE}" in instructions("ENV")[-1].split()
    entry = json.loads(instructions("ENTRYPOINT")[0])
    assert entry == ["python", f"{instructions('WORKDIR')[-1]}/start.py"]
    assert json.loads(instructions("CMD")[0]) == ["worker"]


@pytest.mark.parametrize("name", topics.SERVICES)
def test_the_entry_becomes_the_worker_of_the_service(name):
    command = start.command({"SERVICE": name}, ["worker"])
    assert command == [sys.executable, "-m", f"services.{name}", "worker"]
    assert importlib.util.find_spec(f"services.{name}.__main__")


def test_the_image_writes_only_where_a_volume_may_be():
    told = dict(each.split("=", 1) for each in instructions("ENV")[-1].split())
    ours = {name: value for name, value in told.items() if name.startswith(settings.PREFIX)}
    loaded = settings.load(ours)
    assert loaded.data_dir in instructions("RUN")[-1].split()
    assert loaded.europass_dir in instructions("RUN")[-1].split()
    assert (loaded.web_host, [str(loaded.web_port)]) == ("0.0.0.0", instructions("EXPOSE"))
    assert len(ours) == 4


def test_the_image_installs_nothing_that_the_lock_does_not_name():
    installs = [
        each for line in instructions("RUN") for each in line.split("&&") if "-m pip" in each
    ]
    fetching = [each for each in installs if "--no-index" not in each and " wheel " not in each]
    assert len(installs) == 4
    assert len(fetching) == 2
    assert all("--require-hashes --only-binary :all: -r" in " ".join(e.split()) for e in fetching)
    assert all("--no-deps" in each for each in installs if each not in fetching)


def test_the_image_gets_what_it_copies_and_nothing_else():
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    let = {rule[1:].split("/*")[0] for rule in rules if rule.startswith("!")}
    copied = [words.split()[:-1] for words in instructions("COPY") if "--from" not in words]
    assert {each.rstrip("/") for words in copied for each in words} == let
    assert all((ROOT / each).exists() for each in let)


def test_bases_have_a_version():
    bases = [f"python:{tag}" for tag in re.findall(r"PYTHON=(\S+)", " ".join(instructions("ARG")))]
    images = bases + [each["image"] for each in COMPOSE["services"].values() if "image" in each]
    assert len(images) == 9
    assert all(re.fullmatch(r"[a-z/-]+:v?\d[\w.-]*", image) for image in images)


def test_compose_fits_its_official_schema():
    check(COMPOSE)


def test_a_misspelt_key_would_be_noticed():
    broken = {"services": {"kafka": {"image": "apache/kafka:4.3.1", "helthcheck": {}}}}
    with pytest.raises(jsonschema.ValidationError):
        check(broken)


def test_compose_has_every_part_once():
    servers = ("kafka", "postgres", "registry", "prometheus")
    assert sorted(COMPOSE["services"]) == sorted((*OURS, *servers))
    for name in topics.SERVICES:
        build = service(name)["build"]
        assert build["args"] == {"SERVICE": name}
        assert (DEPLOY / build["context"] / build["dockerfile"]).exists()


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_what_a_container_waits_for_is_there(name):
    waits = service(name).get("depends_on", {})
    for other, how in waits.items():
        healthy = how["condition"] == "service_healthy"
        assert healthy == ("healthcheck" in service(other))
        assert healthy == (other not in JOBS)


@pytest.mark.parametrize("name", OURS)
def test_our_containers_are_confined(name):
    ours = service(name)
    assert (ours["read_only"], ours["cap_drop"]) == (True, ["ALL"])
    assert ours["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in ours


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_ports_are_open_on_this_machine_only(name):
    assert all(port.startswith("127.0.0.1:") for port in service(name).get("ports", ()))


@pytest.mark.parametrize("name", topics.SERVICES)
def test_a_service_gets_the_secrets_that_it_asks_for(name, made):
    told = service(name)["environment"]
    files = {key: value for key, value in told.items() if key.endswith("_FILE")}
    assert sorted(path.removeprefix(RUN) for path in files.values()) == sorted(
        service(name)["secrets"]
    )
    text = "".join(path.read_text("utf-8") for path in (ROOT / "services" / name).rglob("*.py"))
    asked = set(re.findall(r'(?:needed|engine_of)\(settings, "(\w+)"\)', text))
    known = {f"{settings.PREFIX}{each.upper()}_FILE" for each in asked}
    assert files.keys() == known
    loaded = settings.load(
        {key: str(value).replace(RUN, f"{made}{os.sep}") for key, value in told.items()}
    )
    assert all(getattr(loaded, each) for each in asked)
    assert f"@postgres/{name}" in loaded.database_url


def test_every_secret_is_made_and_used(made):
    declared = {name: Path(each["file"]).name for name, each in COMPOSE["secrets"].items()}
    used = {name for each in COMPOSE["services"].values() for name in each.get("secrets", ())}
    assert used == set(declared)
    assert set(declared.values()) == {each.name for each in made.iterdir()}
    assert {(DEPLOY / each["file"]).parent for each in COMPOSE["secrets"].values()} == {
        make_secrets.FOLDER
    }


def test_secrets_are_of_the_kind_that_is_wanted(made):
    for name in ("kek", "pseudonym-key"):
        assert len(secret_key(name, (made / name).read_text("utf-8"))) == 32
    sealer = seal.load((made / "seal-key").read_bytes(), (made / "seal-certificate").read_bytes())
    assert "TEST SEAL" in seal.owner(sealer).legal_name
    users = [line.split()[0] for line in (made / "database-passwords").read_text().splitlines()]
    assert users == list(make_secrets.DATABASES)


def test_secrets_are_made_once_and_hidden_by_their_folder(made):
    before = {each.name: each.read_bytes() for each in made.iterdir()}
    make_secrets.make(made, 1_770_000_000_000)
    assert {each.name: each.read_bytes() for each in made.iterdir()} == before
    assert made.stat().st_mode & 0o777 == 0o700
    ignored = (make_secrets.FOLDER.parent / ".gitignore").read_text("utf-8").split()
    assert f"{make_secrets.FOLDER.name}/" in ignored


def test_the_script_of_databases_can_be_started():
    mounted = service("postgres")["volumes"][1].split(":")[0]
    assert os.access(DEPLOY / mounted, os.X_OK)


@pytest.mark.parametrize("name", JOBS)
def test_jobs_are_commands_that_exist(name):
    job = service(name)
    words = [*job["entrypoint"], *job["command"]]
    command = next(each for each in docs.commands() if " ".join(words).startswith(each))
    options = {opt for param in docs.commands()[command].params for opt in param.opts}
    assert {word for word in words if word.startswith("--")} <= options


def test_prometheus_asks_every_service():
    told = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
    targets = told["scrape_configs"][0]["static_configs"][0]["targets"]
    assert targets == [f"{name}:6066" for name in topics.SERVICES]
