"""Laws of the step that hold for any values as written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected
from credstream.contract.records import Again
from credstream.formats.shared.parsed import (
    Amount,
    Assurance,
    Body,
    FundingMark,
    Id,
    LargerQualification,
    LevelClaim,
    Parsed,
    Person,
    StackPlace,
    StatedOutcome,
    Value,
)
from services.normalise.facts import learn
from services.normalise.step import normalise
from tests.support.normalising import AT, facts, message, provider, received, submission

SEEDS = (
    *("award", "DE", "de", "40 hours", "P60M", "PT60H", "P2DT12H", "P2Y", "5", "EQF 5", "DQR"),
    *("2026-05-01", "2026-05-01T10:00:00Z", "1265000000", "online", "portfolio", "core", "true"),
    *("NLQF 4+", "0714", "KÃ¶ln", "did:key:z1", "", " "),
)
words = st.one_of(st.sampled_from(SEEDS), st.text(max_size=20))
raws = st.one_of(
    words,
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dictionaries(
        st.one_of(st.sampled_from(("en", "de-AT", "und", "")), words), words, max_size=3
    ),
)
values = st.builds(Value, raws, st.sampled_from(("a", "b.c", "d[0].e")))
maybe = st.none() | values


def some(strategy):
    return st.lists(strategy, max_size=2).map(tuple)


ids = st.builds(
    Id,
    scheme=st.sampled_from(("national", "esi", "did", "student", "hashed-email", "")),
    value=values,
)
bodies = st.builds(Body, name=maybe, country=maybe, role=maybe, identifiers=some(ids))
units = st.sampled_from(
    ("hours", "contact_hours", "ects", "days", "sbu", "duration", "span", "text")
)
parsed = st.builds(
    Parsed,
    kind=st.sampled_from(("award", "definition")),
    credential_id=maybe,
    definition_id=maybe,
    definition_version=maybe,
    reference=st.booleans(),
    language=maybe,
    title=maybe,
    description=maybe,
    country=maybe,
    region=maybe,
    awarding_bodies=some(bodies),
    issued_on=maybe | st.just(Value("2026-05-01", "issued_on")),
    valid_until=maybe,
    learning_outcomes=some(st.builds(StatedOutcome, text=values, skills=some(values))),
    workload=some(st.builds(Amount, unit=units, value=values)),
    levels=some(
        st.builds(
            LevelClaim, eqf=maybe, framework=maybe, value=maybe, cycle=maybe, claimed_by=maybe
        )
    ),
    assessments=some(values),
    supervision=maybe,
    identity_verified=maybe,
    grade=maybe,
    grade_scale=maybe,
    assessed_by=some(values),
    modes=some(values),
    schedule=maybe,
    quality_assurance=some(st.builds(Assurance, type=maybe, body=maybe, reference=maybe)),
    prerequisites=maybe,
    stack=st.none() | st.builds(StackPlace, scheme=maybe, role=maybe, core=maybe),
    partial=st.none() | st.builds(LargerQualification, is_part=maybe, qualification=maybe),
    further_information=maybe,
    url=maybe,
    identifiers=some(ids),
    languages=some(values),
    fields=some(values),
    occupations=some(values),
    target_groups=some(values),
    co_designers=some(bodies),
    route=maybe,
    credential_type=maybe,
    valid_from=maybe,
    definition_valid_until=maybe,
    review_on=maybe,
    learner=st.none()
    | st.builds(
        Person,
        identifiers=some(ids),
        full_name=maybe,
        given_name=maybe,
        family_name=maybe,
        birth_date=maybe,
        email=maybe,
    ),
    evidence=st.integers(0, 5),
    status=st.none() | maybe,
    funding=some(st.builds(FundingMark, funder=values, reference=maybe)),
    unknown_fields=some(words),
)
rules = st.sampled_from((None, 7.4, 25.0))


def handled(history, hours_per_day, hours_per_ects):
    """Every outcome of a history, each followed by a second look at its award.

    Nothing but `learn` changes the facts.
    """
    known = facts()
    registration = provider(hours_per_day=hours_per_day, hours_per_ects=hours_per_ects)
    outcomes = []
    for offset, each in enumerate(history):
        key = f"mc:de:r{offset % 2}"
        given = submission(each, received(each.kind, key, registration=registration))
        for record in (given, Again(key=key, cause="asked", detail="", at=AT)):
            before = repr(known)
            try:
                outcome = normalise(message(record, offset), known)
            except Rejected as refusal:
                outcomes.append((refusal.code, refusal.path, refusal.detail))
                continue
            finally:
                assert repr(known) == before
            learn(known, outcome.rows)
            outcomes.append(outcome)
    return outcomes


@given(st.lists(parsed, min_size=1, max_size=3), rules, rules)
def test_any_values_end_in_records_that_can_be_written_or_in_a_refusal(history, per_day, per_ects):
    codec = Codec()
    outcomes = handled(history, per_day, per_ects)
    for outcome in outcomes:
        for emit in getattr(outcome, "emits", ()):
            wire = codec.encode(emit.record)
            assert codec.decode(wire, type(emit.record)) == emit.record
    assert repr(handled(history, per_day, per_ects)) == repr(outcomes)
