"""What was learned, as the claim of the credential: achievement, specification, assessment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from credstream.contract.records import Normalised
from credstream.contract.values import Assessment, Award, Definition, Judgement, Workload
from credstream.vocabularies import assessment as assessments
from credstream.vocabularies import esco
from services.publisher.elm import concepts, notes
from services.publisher.elm.draft import Draft, Node
from services.publisher.elm.lexical import is_page_address
from services.publisher.elm.organisations import identifier, organisation

ECTS = "ECTS"


def achievement(
    draft: Draft, record: Normalised, award: Award, judgement: Judgement | None
) -> Node:
    """The one claim of the credential; the awarding process names who awarded it."""
    definition = record.definition
    country = definition.country or record.country
    bodies = [organisation(draft, body, country) for body in definition.awarding_bodies]
    process = draft.node(
        "AwardingProcess", awardingBody=bodies, awardingDate=start(award.issued_on)
    )
    graded = award.grade is not None
    return draft.node(
        "LearningAchievement",
        title=draft.text(definition.title),
        awardedBy=process,
        specifiedBy=specification(draft, definition, graded=graded),
        provenBy=[graded_assessment(draft, definition, award, process)] if graded else [],
        additionalNote=[draft.note(text) for text in notes.of_award(record, award, judgement)],
    )


def specification(draft: Draft, definition: Definition, *, graded: bool) -> Node:
    """What can be earned; only a Qualification may have a level (EDC-generic-no-cv)."""
    level = definition.level
    eqf = concepts.eqf_level(level.eqf) if level else None
    nqf = concepts.nqf_level(level.framework, level.value) if level else None
    partial = definition.partial.is_part if definition.partial else None
    qualification = {"eqfLevel": eqf, "nqfLevel": nqf, "isPartialQualification": partial}
    # With a grade, the assessment itself is in the achievement and names its specification.
    assessed = [] if graded else assessment_specifications(draft, definition.assessment)
    return draft.node(
        "Qualification" if eqf or nqf else "LearningAchievementSpecification",
        title=draft.text(definition.title),
        description=draft.text(definition.description),
        learningOutcome=list(_outcomes(draft, definition)),
        volumeOfLearning=volume(definition.workload),
        creditPoint=_credits(draft, definition.workload),
        thematicArea=_each(concepts.field, definition.fields),
        mode=_each(
            concepts.mode, definition.participation.modes if definition.participation else ()
        ),
        language=_each(concepts.language, definition.languages),
        targetGroup=_each(concepts.target_group, definition.target_groups),
        learningSetting=_setting(definition),
        entryRequirement=draft.note(definition.prerequisites),
        identifier=[identifier(draft, each) for each in definition.identifiers],
        homepage=_page(draft, definition.url),
        provenBy=assessed,
        additionalNote=[draft.note(text) for text in notes.of_definition(definition, draft.main)],
        **(qualification if eqf or nqf else {}),
    )


def assessment_specifications(draft: Draft, assessment: Assessment | None) -> list[Node]:
    """One for each kind of assessment; a kind that the European list lacks has no code."""
    specifications = []
    for code in assessment.types if assessment else ():
        form = assessments.assessment(code)
        if form is not None:
            title = {"en": form.label}
            kind = concepts.concept("assessment", form.uri, form.label)
            specifications.append(
                draft.node("LearningAssessmentSpecification", title=title, dcType=kind)
            )
    return specifications


def graded_assessment(draft: Draft, definition: Definition, award: Award, process: Node) -> Node:
    """The assessment with its grade: the official shapes allow none without exactly one grade."""
    kinds = assessment_specifications(draft, definition.assessment)
    supervision = definition.assessment.supervision if definition.assessment else None
    return draft.node(
        "LearningAssessment",
        title=kinds[0]["title"] if kinds else {"en": "Assessment"},
        awardedBy={"id": process["id"]},
        grade=draft.note({draft.main: _grade(award)}),
        idVerification=concepts.supervised(supervision, identity_verified=award.identity_verified),
        specifiedBy=kinds[:1],
    )


def volume(workload: Workload | None) -> str | None:
    """Hours as an ISO 8601 duration in hours and minutes; days of learning have no fixed length."""
    if workload is None or workload.hours is None:
        return None
    minutes = round(workload.hours * 60)
    hours, rest = divmod(minutes, 60)
    parts = (f"{hours}H" if hours else "") + (f"{rest}M" if rest else "")
    return f"PT{parts}" if parts else None


def start(day: str) -> str:
    """The first moment of a day as an xsd:dateTime in UTC."""
    return f"{day}T00:00:00Z"


def _grade(award: Award) -> str:
    return f"{award.grade} ({award.grade_scale})" if award.grade_scale else award.grade or ""


def _outcomes(draft: Draft, definition: Definition) -> Iterator[Node]:
    for outcome in definition.learning_outcomes:
        title = draft.text(outcome.text)
        skills = [concepts.concept("skill", esco.skill_uri(each)) for each in outcome.skills]
        if title:
            yield draft.node(
                "LearningOutcome", title=title, relatedESCOSkill=[each for each in skills if each]
            )


def _credits(draft: Draft, workload: Workload | None) -> Node | None:
    if workload is None or workload.ects is None:
        return None
    return draft.node(
        "CreditPoint", framework=concepts.credit_framework(ECTS), point=f"{workload.ects:g}"
    )


def _each(concept_of: Callable[[str], Node | None], codes: tuple[str, ...]) -> list[Node]:
    return [concept for code in codes if (concept := concept_of(code))]


def _setting(definition: Definition) -> Node | None:
    setting = concepts.SETTINGS.get(definition.route or "")
    return concepts.concept("setting", *setting) if setting else None


def _page(draft: Draft, url: str | None) -> Node | None:
    return draft.node("WebResource", contentURL=url) if is_page_address(url) else None
