"""CTDL: definitions of a registry, each with the nodes that it names."""

import json

import pytest

from credstream.formats.ctdl import read as ctdl
from credstream.formats.shared.parsed import Rules
from services.ingest.detect import detect
from services.ingest.parts import parse_parts

OWNER = {
    "@id": "urn:org:1",
    "@type": "ceterms:CredentialOrganization",
    "ceterms:name": {"en-US": "Bees of the Test"},
}
NODE = {
    "@id": "https://reg.example.org/ce-1",
    "@type": "ceterms:MicroCredential",
    "ceterms:ctid": "ce-1",
    "ceterms:name": {"en-US": "Bee keeping"},
    "ceterms:ownedBy": ["urn:org:1"],
}
GRAPH = {"@context": "https://credreg.net/ctdl/schema/context/json", "@graph": [NODE, OWNER]}


def read(document):
    found = detect(json.dumps(document).encode())
    assert (found.format, found.unfit) == ("ctdl", None)
    good, unread = parse_parts(found, Rules())
    assert list(unread) == []
    return [parsed for _, parsed in good]


def only(**members):
    (found,) = read({**GRAPH, "@graph": [{**NODE, **members}, OWNER]})
    return found


@pytest.mark.parametrize(
    "document",
    [
        GRAPH,
        NODE,
        {"decoded_resource": GRAPH},
        {"@graph": [NODE]},
        {"Credential": {"CTID": "ce-1", "Name": "Bee keeping"}},
    ],
)
def test_it_is_recognised_by_its_terms(document):
    (found,) = read(document)
    assert (found.kind, found.definition_id.raw, found.learner) == ("definition", "ce-1", None)


def test_a_credential_that_is_aligned_with_its_terms_is_no_description():
    assert not ctdl.recognise({**NODE, "type": ["VerifiableCredential"]})
    assert not ctdl.recognise({"@context": "https://example.org", "name": "Bee keeping"})


def test_an_owner_that_is_named_is_looked_up_in_the_graph():
    (body,) = only().awarding_bodies
    assert body.name.raw == {"en-US": "Bees of the Test"}


def test_a_path_is_that_of_the_graph():
    (first, second) = read({**GRAPH, "@graph": [OWNER, NODE, {**NODE, "ceterms:ctid": "ce-2"}]})
    assert first.title.path.startswith("@graph[1].")
    assert second.title.path.startswith("@graph[2].")


@pytest.mark.parametrize(
    ("kind", "degree"),
    [
        ("BachelorDegree", True),
        ("ResearchDoctorate", True),
        ("Badge", False),
        ("Certificate", False),
    ],
)
def test_a_degree_is_recognised_by_its_class(kind, degree):
    found = only(**{"@type": f"ceterms:{kind}"}).credential_type.raw
    assert (found == "degree") == degree


def test_a_name_without_its_prefix_or_with_a_blank_is_read():
    bare = {"@type": "ceterms:Badge", "ceterms:name ": "Bees", "ctid": "ce-3"}
    (found,) = read({**GRAPH, "@graph": [bare]})
    assert (found.title.raw, found.definition_id.raw) == ("Bees", "ce-3")


@pytest.mark.parametrize("kind", sorted(ctdl.NO_DEFINITION))
def test_a_node_that_describes_no_credential_is_not_read_as_one(kind):
    document = {**GRAPH, "@graph": [{**NODE, "@type": f"ceterms:{kind}"}]}
    assert detect(json.dumps(document).encode()).unfit.code == "ctdl.no_credential"
    assert list(ctdl.split(document, Rules())) == []
