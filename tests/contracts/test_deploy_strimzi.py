"""Strimzi's manifests of topics and users are what the contract gives."""

import re
from functools import cache

import pytest
import yaml

from credstream.contract import rights, topics
from credstream.contract.rights import Right
from credstream.vocabularies.countries import all_countries
from deploy import manifests


@cache
def generated(name):
    return tuple(yaml.safe_load_all((manifests.FOLDER / name).read_text("utf-8")))


def rights_of(user):
    kinds = {word: kind for kind, word in manifests.RESOURCES.items()}
    return {
        Right(
            kinds[acl["resource"]["type"]],
            acl["resource"]["name"],
            re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower(),
            prefixed=acl["resource"]["patternType"] == "prefix",
        )
        for acl in user["spec"]["authorization"]["acls"]
        for operation in acl["operations"]
    }


@pytest.mark.parametrize("name", manifests.texts())
def test_generated_manifests_are_what_the_contract_gives(name):
    text = (manifests.FOLDER / name).read_text("utf-8")
    assert text == manifests.texts()[name], "run `python -m deploy.manifests`"


def test_every_fixed_topic_has_a_manifest_by_the_table():
    found = {each["spec"]["topicName"]: each["spec"] for each in generated("topics.yaml")}
    assert list(found) == [name for name, _ in topics.fixed_topics(all_countries())]
    for name, spec in found.items():
        assert spec.keys() == {"topicName", "partitions", "replicas", "config"}
        assert spec["partitions"] == topics.partitions(name)
        assert spec["config"] == {"min.insync.replicas": "2", **topics.topic_config(name)}
        assert spec["replicas"] == 3


def test_every_service_is_a_user_with_its_rights_and_no_more():
    found = {each["metadata"]["name"]: each for each in generated("users.yaml")}
    assert {name: rights_of(each) for name, each in found.items()} == {
        name: set(has) for name, has in rights.rights_by_user().items()
    }
    for each in found.values():
        assert each["spec"].keys() == {"authentication", "authorization"}
        assert each["spec"]["authentication"] == {"type": "scram-sha-512"}
        assert each["spec"]["authorization"]["type"] == "simple"


def test_a_provider_has_its_rights_its_topics_and_a_quota():
    user, *own = generated("example-provider.yaml")
    kind, provider = manifests.EXAMPLE
    assert rights_of(user) == set(rights.provider_rights(kind, provider))
    assert user["spec"]["quotas"] == {
        "producerByteRate": rights.PRODUCER_BYTES_PER_SECOND,
        "consumerByteRate": rights.CONSUMER_BYTES_PER_SECOND,
    }
    assert [each["spec"]["topicName"] for each in own] == [*topics.provider_topics(kind, provider)]


@pytest.mark.parametrize("name", manifests.texts())
def test_strimzi_knows_cluster_version_and_name_of_every_manifest(name):
    found = generated(name)
    for each in found:
        assert each["apiVersion"] == "kafka.strimzi.io/v1"
        assert each["kind"] in ("KafkaTopic", "KafkaUser")
        assert each["metadata"]["labels"] == {"strimzi.io/cluster": "credstream"}
        assert manifests.SUBDOMAIN.fullmatch(each["metadata"]["name"])
    assert len({(each["kind"], each["metadata"]["name"]) for each in found}) == len(found)


def test_a_topic_whose_name_kubernetes_refuses_has_a_resource_of_another_name():
    names = [manifests.resource_name(f"receipts.{each}") for each in ("-acme", "acme", "acme-")]
    assert len(set(names)) == 3
    assert names[1] == "receipts.acme"
    assert all(manifests.SUBDOMAIN.fullmatch(name) for name in names)


@pytest.mark.parametrize("words", [("provider", "acme-"), ("bank", "acme"), ("provider", "A")])
def test_who_cannot_be_a_user_is_refused(words):
    with pytest.raises(ValueError, match=words[1]):
        manifests.of_provider(*words)
