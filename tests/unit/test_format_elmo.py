"""ELMO: courses that were passed, whatever namespace and spelling they come in."""

import pytest

from credstream.formats.shared import documents
from credstream.formats.shared.parsed import Rules
from services.ingest.detect import detect
from services.ingest.parts import parse_parts

NEWEST = "https://github.com/emrex-eu/elmo-schemas/tree/v1"
NAMESPACES = (NEWEST, "http://purl.org/net/elmo", "")
LEARNER = "<learner><identifier type='esi'>TEST-1</identifier><bday>1999-05-05</bday></learner>"
ISSUER = (
    "<issuer><identifier type='erasmus'>SF TESTILA01</identifier>"
    "<title xml:lang='fi'>Testila</title></issuer>"
)


def credit(value, scheme="ECTS"):
    return f"<credit><scheme>{scheme}</scheme><value>{value}</value></credit>"


def course(name="C-1", inside="", below="", los=""):
    return (
        "<learningOpportunitySpecification>"
        f"<identifier type='local'>{name}</identifier><title xml:lang='en'>{name}</title>{los}"
        f"<specifies><learningOpportunityInstance><date>2026-04-30</date>{inside}"
        f"</learningOpportunityInstance></specifies>{below}</learningOpportunitySpecification>"
    )


def elmo(*courses, namespace=NEWEST, prefix=""):
    body = f"{LEARNER}<report>{ISSUER}{''.join(courses)}</report>"
    return f"<elmo xmlns='{namespace}'>{body}</elmo>".encode()


def read(value):
    found = detect(value)
    assert (found.format, found.unfit) == ("elmo", None)
    good, unread = parse_parts(found, Rules())
    return [parsed for _, parsed in good], list(unread)


def only(*arguments, **words):
    (parsed,), unread = read(elmo(course(*arguments, **words)))
    assert unread == []
    return parsed


def amounts(parsed):
    return [(each.unit, each.value.raw) for each in parsed.workload]


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_each_known_namespace_is_read(namespace):
    (parsed,), _ = read(elmo(course(), namespace=namespace))
    assert parsed.title.raw == {"en": "C-1"}


def test_another_namespace_is_another_format():
    assert detect(elmo(course(), namespace=f"{NEWEST}.example")).format == "unknown"


def test_what_is_in_another_namespace_is_not_read():
    foreign = "<x:learner xmlns:x='urn:x'><x:givenNames>Mallory</x:givenNames></x:learner>"
    whole = elmo(course()).replace(b"<learner>", f"{foreign}<learner>".encode())
    (parsed,), _ = read(whole.replace(b"<title", b"<title xmlns='urn:x'>Forged</title><title", 1))
    (plain,), _ = read(elmo(course()))
    assert parsed == plain


def test_any_namespace_prefix_is_read():
    plain = elmo(course()).decode().replace(f" xmlns='{NEWEST}'", "")
    prefixed = plain.replace("</", "</ns0:").replace("<", "<ns0:").replace("<ns0:/ns0:", "</ns0:")
    (parsed,), _ = read(prefixed.replace("<ns0:elmo>", f"<ns0:elmo xmlns:ns0='{NEWEST}'>").encode())
    assert parsed.definition_id.raw == "C-1"


@pytest.mark.parametrize(
    ("identifiers", "expected"),
    [
        ("<identifier type='url'>https://school.example/c</identifier><identifier type='local'>C-1</identifier>", "C-1"),
        ("<identifier type='LOCAL'>C-1</identifier><identifier type='url'>https://school.example/c</identifier>", "C-1"),
        ("<identifier type='code'>X-9</identifier><identifier type='url'>https://school.example/c</identifier>", "X-9"),
    ],
)  # fmt: skip
def test_the_local_identifier_of_a_course_is_preferred_and_else_the_first_is_taken(identifiers, expected):  # fmt: skip
    document = elmo(course()).replace(
        b"<identifier type='local'>C-1</identifier>", identifiers.encode()
    )
    ((parsed,), _unread) = read(document)
    assert parsed.definition_id.raw == expected


def test_the_credits_of_parts_are_in_those_of_the_whole():
    below = f"<hasPart>{course('C-2', credit(4))}{course('C-3', credit(6))}</hasPart>"
    assert amounts(only("C-1", credit("10.0"), below)) == [("ects", "10.0")]


@pytest.mark.parametrize("nothing", ["0", "0.0", "0,00"])
def test_zero_credits_are_no_workload(nothing):
    assert amounts(only(inside=credit(nothing))) == []


def test_other_credits_keep_their_scheme_and_engagement_is_contact():
    inside = credit(5, "SWS") + "<engagementHours>84</engagementHours>"
    assert amounts(only(inside=inside)) == [("text", "5 SWS"), ("contact_hours", "84")]


@pytest.mark.parametrize(
    ("status", "code"),
    [("failed", "elmo.failed"), ("in-progress", "elmo.in_progress"), ("Failed", "elmo.failed")],
)
def test_a_course_that_was_not_passed_is_skipped_with_a_reason(status, code):
    good, (reason,) = read(elmo(course(inside=f"<status>{status}</status>"), course("C-2")))
    assert [each.definition_id.raw for each in good] == ["C-2"]
    assert reason.code == code


@pytest.mark.parametrize("status", ["", "<status>passed</status>"])
def test_without_a_status_it_was_passed(status):
    assert only(inside=status).kind == "award"


def test_levels_keep_their_framework():
    inside = "<level><type>EQF</type><value>6</value></level><level><type>NQF</type><value>7</value></level>"
    first, second = only(inside=inside).levels[:2]
    assert (first.eqf.raw, second.framework.raw, second.value.raw) == ("6", "NQF", "7")


def test_the_country_of_an_erasmus_code_is_that_of_the_body():
    parsed = only()
    assert (parsed.country.raw, parsed.awarding_bodies[0].country.raw) == ("FI", "FI")


def test_a_document_inside_is_neither_read_nor_carried_on():
    heavy = "<attachment><content>data:application/pdf;base64,JVBERi0=</content></attachment>"
    found = detect(elmo(course(inside=heavy)))
    ((document, _),), _ = parse_parts(found, Rules())
    assert b"JVBERi0" not in documents.write(document)


def test_a_transcript_without_courses_has_no_credential():
    assert detect(elmo()).unfit.code == "elmo.empty"
