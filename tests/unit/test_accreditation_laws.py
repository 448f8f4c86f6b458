"""Laws of the judgement that hold for any award and any lists."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from credstream.contract.values import Level, Organisation
from services.accreditation.rules import ORDER, _best, judge
from tests.support.accreditations import CHAMBER, LIMITED, TRAINER, assured, award, organisation

DAYS = st.sampled_from((None, "2026-03-14", "2026-03-15", "2026-03-16"))
STRANGER = organisation("Stranger", "vat:DE000000001")
# Deleting the credential type is no loss of a fact: none means micro-credential.
DELETIONS = {
    "country": None,
    "level": None,
    "fields": (),
    "identifiers": (),
    "id": None,
    "quality_assurance": (),
    "awarding_bodies": (),
    "region": None,
}


def some(*values):
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


bodies = st.sampled_from((CHAMBER, TRAINER, Organisation(name={"de": "Kammer"})))
awards = st.builds(
    award,
    day=st.sampled_from(("2026-03-15", "2026-03-16")),
    awarding_bodies=st.lists(bodies, max_size=2).map(tuple),
    country=st.sampled_from((None, "DE", "FR")),
    fields=some("0714", "0732", "07"),
    level=st.sampled_from((None, *(Level(eqf=eqf, claimed_by="unknown") for eqf in (None, 4, 5)))),
    id=st.sampled_from((None, "mechatronics-1")),
    quality_assurance=st.sampled_from((assured(), assured("unknown"), assured("chamber"))),
)
limits = st.builds(
    replace,
    st.just(LIMITED),
    kind=st.sampled_from(("accreditation", "recognition", "industry-standard", "charter")),
    organisation=st.sampled_from((CHAMBER, TRAINER)),
    agent_trusted=st.sampled_from((True, True, False)),
    decision=st.sampled_from(("positive", "conditional", "negative", "")),
    issued_on=DAYS,
    expires_on=DAYS,
    withdrawn_on=DAYS,
    jurisdictions=some("DE", "AT"),
    credential_types=some("micro-credential", "badge"),
    qualifications=some("amu:47382", "mechatronics-1", "other"),
    fields=some("07", "0714", "061"),
    levels=some(4, 5),
)
lists = st.lists(limits, max_size=4).map(
    lambda found: [replace(each, id=f"list:{number}") for number, each in enumerate(found)]
)


def rank(record, accreditations):
    return ORDER.index(judge(record, accreditations, loaded=True).outcome)


@given(awards, lists, st.data())
def test_the_order_of_the_accreditations_never_matters(record, found, data):
    shuffled = data.draw(st.permutations(found))

    assert judge(record, shuffled, loaded=True) == judge(record, found, loaded=True)


@given(awards, lists, limits)
def test_an_accreditation_of_somebody_else_never_matters(record, found, other):
    unrelated = replace(other, id="list:0a", organisation=STRANGER)

    assert judge(record, [unrelated, *found], loaded=True) == judge(record, found, loaded=True)


@given(awards, lists, limits)
def test_a_further_accreditation_never_takes_a_confirmation_away(record, found, further):
    if rank(record, found) == 0:
        assert rank(record, [*found, replace(further, id="list:9")]) == 0


@given(awards, lists.filter(bool), st.data())
def test_withdrawing_never_improves(record, found, data):
    place = data.draw(st.integers(0, len(found) - 1))
    withdrawn = replace(found[place], withdrawn_on="2020-01-01")

    after = [*found[:place], withdrawn, *found[place + 1 :]]

    assert rank(record, after) >= rank(record, found)


@given(awards, lists, st.sets(st.sampled_from(sorted(DELETIONS))))
def test_nothing_is_ever_confirmed_by_deleting_facts(record, found, gone):
    deleted = {name: DELETIONS[name] for name in gone}
    poorer = replace(record, definition=replace(record.definition, **deleted))

    if rank(poorer, found) <= ORDER.index("recognised"):
        assert rank(record, found) <= rank(poorer, found)


@given(awards, limits, st.sampled_from(["country", "level", "fields"]))
def test_a_limit_without_its_fact_never_passes(record, limit, gone):
    step = {"country": "jurisdiction", "level": "level", "fields": "field"}[gone]
    name = {"country": "jurisdictions", "level": "levels", "fields": "fields"}[gone]
    poorer = replace(record, definition=replace(record.definition, **{gone: DELETIONS[gone]}))

    results = {check.step: check.result for check in judge(poorer, [limit], loaded=True).checks}

    expected = {None, "missing"} if getattr(limit, name) else {None, "not-limited"}
    assert results.get(step) in expected


@given(awards, lists)
def test_confirmed_means_that_every_step_passed_or_had_no_limit(record, found):
    judgement = judge(record, found, loaded=True)

    if judgement.outcome in ("confirmed", "recognised"):
        assert len(judgement.checks) == 8
        assert {check.result for check in judgement.checks} <= {"passed", "not-limited"}


@given(awards, lists)
def test_without_a_loaded_list_everything_is_unknown(record, found):
    assert judge(record, found, loaded=False).outcome == "unknown"


@given(awards, lists)
def test_a_joint_award_is_judged_as_the_best_of_its_bodies_alone(record, found):
    bodies = record.definition.awarding_bodies
    alone = [
        replace(record, definition=replace(record.definition, awarding_bodies=(body,)))
        for body in bodies
    ]

    judged = [judge(each, found, loaded=True) for each in alone]

    if judged:
        assert judge(record, found, loaded=True) == _best(judged)


@given(awards, lists.filter(bool))
def test_a_list_is_judged_as_the_best_of_its_accreditations_of_a_body(record, found):
    judged = [judge(record, [each], loaded=True) for each in found]
    own = [each for each in judged if each.accreditation]

    if own and len(record.definition.awarding_bodies) == 1:
        assert judge(record, found, loaded=True) == _best(own)
