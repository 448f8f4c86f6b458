"""EDCI: elements that refer to one another by id, one award a claim."""

from pathlib import Path

import pytest

from credstream.formats.shared import documents
from credstream.formats.shared.parsed import Rules
from services.ingest.detect import detect
from services.ingest.parts import parse_parts

GOLDEN = Path(__file__).parents[1] / "golden/elm2_xml/achievement/input.xml"
WHOLE = GOLDEN.read_text("utf-8")
SNB = "http://data.europa.eu/snb"
CLAIM = WHOLE[WHOLE.index("<learningAchievement") : WHOLE.index("</achievements>")]


def read(text):
    found = detect(text.encode())
    assert (found.format, found.unfit) == ("elm2-xml", None)
    good, unread = parse_parts(found, Rules())
    assert list(unread) == []
    return good


def only(text):
    ((_, parsed),) = read(text)
    return parsed


def unfit(text):
    return detect(text.encode()).unfit.code


def test_references_are_followed():
    found = only(WHOLE)
    assert found.title.raw == {"en": "Soldering", "de": "Löten"}
    assert found.awarding_bodies[0].name.raw == {"en": "School of the Test"}
    assert [each.raw for each in found.assessments] == [{"en": "portfolio"}]
    assert [each.eqf.raw for each in found.levels] == [f"{SNB}/eqf/3"]
    assert found.partial.is_part.raw in (True, "true")


@pytest.mark.parametrize("name", ["organization", "qualification", "learningOutcome"])
def test_a_reference_to_nothing_is_nothing(name):
    """A dangling id loses one value, never the credential."""
    spoilt = WHOLE.replace(f"<{name} id=", f"<{name} other=")
    assert only(spoilt).kind == "award"


def test_any_namespace_prefix_is_read():
    prefixed = (
        WHOLE.replace("</", "</e:")
        .replace("<", "<e:")
        .replace("<e:/e:", "</e:")
        .replace("<e:?", "<?")
        .replace(f'xmlns="{SNB}"', f'xmlns:e="{SNB}"')
    )
    assert only(prefixed).definition_id == only(WHOLE).definition_id


def test_each_claim_is_an_award_with_an_id_of_its_own():
    second = CLAIM.replace("learningAchievement:1", "learningAchievement:2")
    second = second.replace("Soldering", "Crimping")
    found = [parsed for _, parsed in read(WHOLE.replace(CLAIM, CLAIM + second))]
    assert [each.title.raw["en"] for each in found] == ["Soldering", "Crimping"]
    assert len({each.credential_id.raw for each in found}) == 2


def test_activities_count_where_nothing_was_achieved():
    activity = (
        "<activities><activity id='urn:x:1'><title><text lang='en'>Attended</text></title>"
        "</activity></activities>"
    )
    both = WHOLE.replace("</achievements>", f"</achievements>{activity}")
    assert only(both).title.raw["en"] == "Soldering"
    start, end = WHOLE.index("<achievements>"), WHOLE.index("</achievements>")
    alone = WHOLE[:start] + activity + WHOLE[end + len("</achievements>") :]
    assert only(alone).title.raw["en"] == "Attended"


def test_pictures_and_signatures_are_left_out_of_parts():
    ((document, _),) = read(WHOLE)
    assert b"AAAA" not in documents.write(document)


def test_a_credential_without_a_claim_says_so():
    start, end = WHOLE.index("<achievements>"), WHOLE.index("</achievements>")
    assert unfit(WHOLE[:start] + WHOLE[end + len("</achievements>") :]) == "elm2.no_claim"


@pytest.mark.parametrize("name", ["qualification", "learningOutcomeReferences"])
def test_a_fragment_of_a_credential_is_named_as_one(name):
    assert unfit(f"<{name} xmlns='{SNB}'><title/></{name}>") == "elm2.fragment"


def test_a_presentation_holds_credentials():
    inner = WHOLE[WHOLE.index("<europassCredential") :]
    held = f"<verifiablePresentation xmlns='{SNB}'><verifiableCredential>{inner}"
    assert (
        only(held + "</verifiableCredential></verifiablePresentation>").title == only(WHOLE).title
    )
