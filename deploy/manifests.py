"""Writes Strimzi's manifests of topics and users: `python -m deploy.manifests`.

`python -m deploy.manifests <kind> <provider>` shows those of one provider.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from credstream.contract import rights, topics
from credstream.contract.rights import Right
from credstream.vocabularies.countries import all_countries

FOLDER = Path(__file__).parent / "k8s" / "strimzi"
# The only version since Strimzi 1.0; 0.49 was the first to have it.
API = "kafka.strimzi.io/v1"
CLUSTER = "credstream"
REPLICAS, IN_SYNC = 3, 2
EXAMPLE = ("provider", "acme")
HEAD = "# Written by `python -m deploy.manifests` from credstream/contract; change it there.\n"

# A DNS-1123 subdomain, which a resource's name has to be.
SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
RESOURCES = {
    rights.TOPIC: "topic",
    rights.GROUP: "group",
    rights.TRANSACTION: "transactionalId",
}
QUOTAS = {
    "producerByteRate": rights.PRODUCER_BYTES_PER_SECOND,
    "consumerByteRate": rights.CONSUMER_BYTES_PER_SECOND,
}

Manifest = Mapping[str, Any]


def texts() -> Mapping[str, str]:
    """Every generated file of the folder, by name."""
    fixed = [topic(name) for name, _ in topics.fixed_topics(all_countries())]
    services = [user(name, has) for name, has in rights.rights_by_user().items()]
    return {
        "topics.yaml": text(fixed),
        "users.yaml": text(services),
        "example-provider.yaml": text(of_provider(*EXAMPLE)),
    }


def of_provider(kind: str, provider: str) -> Sequence[Manifest]:
    """User with quotas, and topics, of one provider; raises ValueError for a bad id."""
    if kind not in topics.KINDS or not topics.PROVIDER_ID.fullmatch(provider):
        raise ValueError(f"{kind} {provider} names no provider")
    name = rights.user_of_provider(provider)
    named = [topic(each) for each in topics.provider_topics(kind, provider)]
    return [user(name, rights.provider_rights(kind, provider), QUOTAS), *named]


def topic(name: str) -> Manifest:
    spec = {
        "topicName": name,
        "partitions": topics.partitions(name),
        "replicas": REPLICAS,
        "config": {"min.insync.replicas": str(IN_SYNC), **topics.topic_config(name)},
    }
    return _manifest("KafkaTopic", resource_name(name), spec)


def user(name: str, has: Iterable[Right], quotas: Mapping[str, int] | None = None) -> Manifest:
    """A user with its password made by Strimzi; raises ValueError for an impossible name."""
    # Strimzi names the user after the resource, so another name would be another user.
    if not SUBDOMAIN.fullmatch(name):
        raise ValueError(f"{name} cannot be a KafkaUser: it is no DNS-1123 subdomain")
    spec = {
        "authentication": {"type": "scram-sha-512"},
        "authorization": {"type": "simple", "acls": _acls(has)},
        **({"quotas": dict(quotas)} if quotas else {}),
    }
    return _manifest("KafkaUser", name, spec)


def resource_name(topic_name: str) -> str:
    """The topic's own name, or one made from it where Kubernetes would refuse that."""
    if SUBDOMAIN.fullmatch(topic_name):
        return topic_name
    plain = ".".join(part.strip("-") or "x" for part in topic_name.split("."))
    return f"{plain}.{hashlib.sha256(topic_name.encode()).hexdigest()[:8]}"


def text(manifests: Iterable[Manifest]) -> str:
    dumped: str = yaml.safe_dump_all(manifests, sort_keys=False, explicit_start=True, width=100)
    return HEAD + dumped


def _manifest(kind: str, name: str, spec: Mapping[str, Any]) -> Manifest:
    metadata = {"name": name, "labels": {"strimzi.io/cluster": CLUSTER}}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}


def _acls(has: Iterable[Right]) -> list[Manifest]:
    """One entry for each resource; Kafka lets who may read or write a resource describe it too."""
    found: dict[tuple[str, str, bool], list[str]] = {}
    for right in has:
        key = (right.resource, right.name, right.prefixed)
        found.setdefault(key, []).append(right.operation.title().replace("_", ""))
    return [
        {
            "resource": {
                "type": RESOURCES[resource],
                "name": name,
                "patternType": "prefix" if prefixed else "literal",
            },
            "operations": sorted(operations),
            "host": "*",
        }
        for (resource, name, prefixed), operations in found.items()
    ]


def main(words: Sequence[str]) -> None:
    if words:
        sys.stdout.write(text(of_provider(*words)))
        return
    for name, content in texts().items():
        (FOLDER / name).write_text(content, "utf-8")
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
