"""The manifests for Kubernetes say what the contract, the settings and the services say."""

import re
import shutil
import subprocess
from dataclasses import fields
from functools import cache
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from credstream.contract import rights, topics
from credstream.process import settings, timeouts
from deploy import manifests
from deploy.kafka import postgres
from deploy.kafka.layout import Layout

ROOT = Path(__file__).parents[2]
K8S = ROOT / "deploy" / "k8s"
FOLDERS = ("base", "strimzi", "migrate", "overlays/example")
# pod-index, and so the worker's number, is there from 1.28 on.
VERSIONS = ("1.28", kubernetes_validate.latest_version())
WITHOUT_SCHEMA = {"KafkaTopic", "KafkaUser"}
VARIABLES = {f"{settings.PREFIX}{each.name.upper()}": each for each in fields(settings.Settings)}
SECRETS = {name for name, each in VARIABLES.items() if each.metadata["secret"]}
# An address, and a secret only where a password stands in it.
REGISTRY = "CREDSTREAM_REGISTRY_URL"


@cache
def rendered(folder):
    """What kubectl makes of a folder."""
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not there")
    command = ["kubectl", "kustomize", str(K8S / folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def of_kind(folder, kind):
    return {each["metadata"]["name"]: each for each in rendered(folder) if each["kind"] == kind}


def pods():
    """Every pod's specification, by folder and name."""
    for folder in FOLDERS:
        for kind in ("StatefulSet", "Job"):
            for name, each in of_kind(folder, kind).items():
                yield f"{folder} {name}", each["spec"]["template"]["spec"]


def containers():
    for name, pod in pods():
        for each in pod["containers"]:
            yield name, pod, each


def service(name, folder="base"):
    """Pod and container of a service's worker."""
    pod = of_kind(folder, "StatefulSet")[name]["spec"]["template"]["spec"]
    return pod, pod["containers"][0]


def variables(container):
    """What a container is told, the shared settings among it; None where a field is referred to."""
    shared = [each for name, each in of_kind("base", "ConfigMap").items()]
    told = dict(shared[0]["data"]) if "envFrom" in container else {}
    return told | {each["name"]: each.get("value") for each in container.get("env", ())}


def files(pod):
    """The paths of every secret that a pod mounts."""
    volumes = {each["name"]: each for each in pod["volumes"]}
    mounts = {each["name"]: each["mountPath"] for each in pod["containers"][0]["volumeMounts"]}
    return {
        f"{mounts[name]}/{item['path']}"
        for name, volume in volumes.items()
        for source in volume.get("projected", {}).get("sources", ())
        for item in source["secret"]["items"]
    }


def asked_for(name):
    """The settings without which a service does not start."""
    text = "".join(path.read_text("utf-8") for path in (ROOT / "services" / name).rglob("*.py"))
    return set(re.findall(r'(?:needed|engine_of)\(settings, "(\w+)"\)', text))


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_renders_without_secrets_of_its_own(folder):
    kinds = {each["kind"] for each in rendered(folder)}
    assert kinds
    assert "Secret" not in kinds


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_of_kubernetes_fits_its_schema(version):
    for folder in FOLDERS:
        for each in rendered(folder):
            if each["kind"] not in WITHOUT_SCHEMA:
                kubernetes_validate.validate(each, version, strict=True)


def test_a_misspelt_field_would_be_noticed():
    pod = of_kind("base", "PodDisruptionBudget")["ingest"]
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(
            pod | {"spec": pod["spec"] | {"maxUnavailible": 1}}, VERSIONS[-1], strict=True
        )


def test_every_service_has_a_worker_a_headless_service_and_a_budget():
    for folder in ("base", "overlays/example"):
        for kind in ("StatefulSet", "Service", "PodDisruptionBudget"):
            assert sorted(of_kind(folder, kind)) == sorted(topics.SERVICES)
    for name in topics.SERVICES:
        labels = {"app.kubernetes.io/name": name}
        workers = of_kind("base", "StatefulSet")[name]["spec"]
        budget = of_kind("base", "PodDisruptionBudget")[name]["spec"]
        pages = of_kind("base", "Service")[name]["spec"]
        assert workers["serviceName"] == name
        assert workers["podManagementPolicy"] == "Parallel"
        assert workers["template"]["metadata"]["labels"].items() >= labels.items()
        assert budget["maxUnavailable"] == 1
        assert budget["selector"]["matchLabels"] == pages["selector"] == labels
        assert pages["clusterIP"] == "None"


def test_every_pod_is_restricted():
    for name, pod, container in containers():
        may = container["securityContext"]
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert may["readOnlyRootFilesystem"] is True, name
        assert (may["privileged"], may["allowPrivilegeEscalation"]) == (False, False), name
        assert may["capabilities"] == {"drop": ["ALL"]}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(), name
        assert not [each for each in pod["volumes"] if "hostPath" in each], name


def test_every_image_has_a_version_and_every_container_its_bounds():
    for name, _, container in containers():
        assert re.fullmatch(r".*:\d+\.\d+\.\d+", container["image"]), name
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}, name
        assert "memory" in container["resources"]["limits"], name


def test_every_variable_is_a_setting():
    for name, _, container in containers():
        told = {each.removesuffix("_FILE") for each in variables(container)}
        assert told <= VARIABLES.keys(), name


def test_secrets_come_as_files_that_the_pod_has():
    for name, pod, container in containers():
        told = variables(container)
        assert not (SECRETS - {REGISTRY}) & told.keys(), name
        assert "@" not in told.get(REGISTRY, ""), name
        paths = {path for each, path in told.items() if each.endswith("_FILE")}
        assert paths <= files(pod), name


@pytest.mark.parametrize("name", topics.SERVICES)
def test_a_service_has_the_secrets_that_it_asks_for_and_no_more(name):
    pod, container = service(name)
    told = {each.removeprefix("CREDSTREAM_") for each in variables(container)}
    given = {each.removesuffix("_FILE").lower() for each in told if each.endswith("_FILE")}
    assert given == asked_for(name) | {"sasl_password", "broker_ca"}
    assert len(files(pod)) == len(given)


@pytest.mark.parametrize("name", topics.SERVICES)
def test_a_worker_reaches_kafka_as_its_own_user(name):
    pod, container = service(name)
    told = variables(container)
    assert told["CREDSTREAM_SECURITY_PROTOCOL"] == "sasl_ssl"
    assert told["CREDSTREAM_SASL_USERNAME"] == rights.user_of_service(name)
    sources = [each["secret"] for each in pod["volumes"][1]["projected"]["sources"]]
    keys = {each["name"]: [item["key"] for item in each["items"]] for each in sources}
    assert keys[rights.user_of_service(name)] == ["password"]
    assert keys[f"{manifests.CLUSTER}-cluster-ca-cert"] == ["ca.crt"]
    assert told["CREDSTREAM_BROKER"].startswith(f"{manifests.CLUSTER}-kafka-bootstrap:")


@pytest.mark.parametrize("name", topics.SERVICES)
def test_a_worker_keeps_its_name_and_is_watched(name):
    pod, container = service(name)
    ordinal = next(each for each in container["env"] if each["name"] == "CREDSTREAM_ORDINAL")
    field = ordinal["valueFrom"]["fieldRef"]["fieldPath"]
    assert field == "metadata.labels['apps.kubernetes.io/pod-index']"
    pages = {probe: container[f"{probe}Probe"]["httpGet"] for probe in ("startup", "liveness")}
    assert all(page == {"path": "/livez", "port": "health"} for page in pages.values())
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "health"}
    told = variables(container)
    assert told["CREDSTREAM_WEB_HOST"] == "0.0.0.0"
    assert [each["containerPort"] for each in container["ports"]] == [
        int(told["CREDSTREAM_WEB_PORT"])
    ]
    assert pod["terminationGracePeriodSeconds"] == 15
    # Neither ends a pod that waits: /livez is green then. Nor does it end one that its own watchdog
    # is about to end, with its stacks in the log.
    probe = container["livenessProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] > timeouts.PATIENCE_SECONDS + 10
    assert "CREDSTREAM_PATIENCE_SECONDS" not in told


def test_sealed_credentials_outlive_a_pod():
    _, container = service("publisher")
    claims = of_kind("base", "StatefulSet")["publisher"]["spec"]["volumeClaimTemplates"]
    mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    folder = variables(container)["CREDSTREAM_EUROPASS_DIR"]
    assert [mounts[each["metadata"]["name"]] for each in claims] == [folder]


def test_all_that_is_not_named_is_denied():
    found = of_kind("base", "NetworkPolicy")
    ours = {"matchLabels": {"app.kubernetes.io/part-of": "credstream"}}
    assert all(each["spec"]["podSelector"] == ours for each in found.values())
    assert found.pop("credstream-default-deny")["spec"] == {
        "podSelector": ours,
        "policyTypes": ["Ingress", "Egress"],
    }
    rules = [r for e in found.values() for r in e["spec"].get("egress", e["spec"].get("ingress"))]
    assert all(rule["ports"] and rule.get("to", rule.get("from")) for rule in rules)
    ports = sorted({port["port"] for rule in rules for port in rule["ports"]})
    assert ports == [53, 5432, 6066, 8080, 9093]


def test_the_migration_has_every_database():
    job = of_kind("migrate", "Job")["migrate"]["spec"]["template"]["spec"]
    told = {each["name"]: each for each in job["containers"]}
    assert sorted(told) == sorted((*topics.SERVICES, "vault"))
    for name, container in told.items():
        assert container["command"] == ["credstream", "migrate", name]
        file = "CREDSTREAM_VAULT_URL_FILE" if name == "vault" else "CREDSTREAM_DATABASE_URL_FILE"
        assert variables(container) == {file: f"/etc/credstream/{name}"}


def test_two_stacks_on_one_port_never_share_their_data(tmp_path):
    """One that was killed leaves them behind, with a password of its own."""
    assert len({postgres.folder(Layout(tmp_path / name, 21_000, 1)) for name in "ab"}) == 2
