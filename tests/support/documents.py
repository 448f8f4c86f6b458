"""Awards as the publisher gets them, rich and bare, and the credentials that become of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from credstream.contract.records import Accredited, Normalised, PublishedAward
from credstream.contract.values import (
    Account,
    Assessment,
    Award,
    Completeness,
    Definition,
    Identifier,
    Judgement,
    Learner,
    LearningOutcome,
    Level,
    Organisation,
    PartialQualification,
    Participation,
    QualityAssurance,
    Stack,
    Workload,
)
from services.publisher import seal
from services.publisher.elm import build
from services.publisher.step import state_of

AT = 1_780_000_000_000
OWNER = seal.Owner("credstream TEST SEAL", "credstream", "BE", "NTRBE-0000000000")
PERSON = {
    "identifiers": [{"scheme": "national", "value": "TEST-1"}, {"scheme": "esi", "value": "urn:x:1"}],
    "given_name": "Ana", "family_name": {"pl": "Żółć"}, "birth_date": "1990-01-31", "email": "ana@example.org",
}  # fmt: skip
RICH = Definition(
    key="mc:de:d",
    id="D-1",
    language="de",
    title={"de": "Fensterreinigung", "en": "Window cleaning", "el": "Καθαρισμός", "pl": "Mycie okien"},
    description={"de": "Ein Kurs."},
    country="DE",
    awarding_bodies=(
        Organisation(name={"de": "Eine Schule"}, country="DE", identifiers=(Identifier(scheme="vat", value="DE1"), Identifier(scheme="url", value="https://x.example"))),
        Organisation(name={"und": "A Chamber"}, role="certifier", identifiers=(Identifier(scheme="eidas", value="NTRDE-2"),)),
    ),
    learning_outcomes=(
        LearningOutcome(text={"de": "Kann es."}, skills=("http://data.europa.eu/esco/skill/f10142ce-d522-49c3-9fd1-054fb63529d4", "nonsense")),
        LearningOutcome(text={"und": "Knows it."}),
    ),
    workload=Workload(hours=16.5, contact_hours=8, ects=0.5),
    level=Level(eqf=2, framework="DQR", value="2", claimed_by="provider"),
    assessment=Assessment(types=("portfolio", "simulation"), other=("a chat",), supervision="onsite", identity_verified=True),
    participation=Participation(modes=("blended",), schedule="part-time"),
    quality_assurance=(QualityAssurance(type="external", body="An Agency", reference="7"),),
    prerequisites={"de": "Keine."},
    stack=Stack(scheme="metis", role="satellite", core="C-1"),
    partial=PartialQualification(is_part=True, qualification="Gebäudereiniger"),
    further_information={"de": "Mehr."},
    url="https://school.example/course",
    identifiers=(Identifier(scheme="amu", value="4711"),),
    languages=("de", "en"),
    fields=("1011",),
    target_groups=("entrants",),
    co_designers=(Organisation(name={"de": "Ein Betrieb"}, role="employer"),),
    route="non-formal",
)  # fmt: skip
BARE = Definition(
    key="mc:de:d",
    title={"und": "A course"},
    country="IE",
    awarding_bodies=(Organisation(name={"und": "A school"}),),
    learning_outcomes=(LearningOutcome(text={"und": "Something."}),),
    workload=Workload(hours=1),
)
JUDGEMENT = Judgement(
    outcome="confirmed",
    step="agent",
    reason="covered.accreditation",
    judged_for="2026-03-06",
    accreditation="list:1",
    source="list",
)


def record(definition=RICH, absent=(), **award):
    given = {
        "definition_key": "mc:de:d",
        "issued_on": "2026-03-06",
        "evidence": 0,
        "status": "issued",
    } | award
    learner = Learner(pseudonym="ab", key_id="k", block=b"")
    none = Completeness(
        mandatory=11 - len(absent), mandatory_of=11, optional=0, optional_of=5, absent=tuple(absent)
    )
    return Normalised(
        key="mc:de:a", kind="award", provider="acme", country="DE", submission="s", received_at=AT, format="native",
        envelope="none", proof="none", mapping="2026-11", definition=definition, award=Award(learner=learner, **given),
        account=Account(completeness=none), cause="submitted",
    )  # fmt: skip


def accredited(definition=RICH, **award) -> Accredited:
    return Accredited(
        record=record(definition, **award), judgement=JUDGEMENT, cause="submitted", cause_detail=""
    )


def document(definition=RICH, person=PERSON, **award):
    source = accredited(definition, **award)
    state = replace(state_of(source, AT), version=1)
    assert isinstance(state, PublishedAward)
    return build.credential(source, state, person, OWNER)


@cache
def good() -> dict:
    """Finished credentials by name; a copy must be made before one is spoilt."""
    return {
        "rich": document(valid_until="2028-03-06"),
        "graded": document(grade="8.5", grade_scale="1-10", identity_verified=True),
        "bare": document(BARE, {"full_name": "Ana"}),
        "no-level": document(replace(RICH, level=None)),
        "eqf-only": document(replace(RICH, level=Level(eqf=7, claimed_by="provider"))),
        "instant": document(person=PERSON | {"birth_date": "1999-10-01T22:00:00Z"}),
    }
