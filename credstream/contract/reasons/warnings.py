"""The reason codes of warnings, and of what prevents a seal."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.reasons.text import ReasonText

# The record is processed, and carries the warning with it.
WARNINGS: Mapping[str, ReasonText] = {
    "awarding_bodies.unregistered": ReasonText(
        "The awarding body is none of those that the provider is registered with; that it awarded "
        "rests on the provider's word.",
        "Ask the operator to add the body to the registration.",
    ),
    "native.misspelt_field": ReasonText(
        "A field is absent, and an unknown one is spelt much like it.",
        "Correct the spelling; `credstream try FILE` shows what is read.",
    ),
    "native.unknown_field": ReasonText(
        "The native format does not know a field; its content goes nowhere.",
        "Correct the name of the field, or leave it out.",
    ),
    "text.encoding_assumed": ReasonText(
        "The list is no UTF-8; the encoding of the registration was taken.",
        "Save the list as UTF-8.",
    ),
    "sources.differ": ReasonText(
        "Two submissions of the same award say different things; the surer one was taken.",
        "Correct the one that is wrong and send it again.",
    ),
    "clr.child_repeated": ReasonText(
        "The record holds an award twice, under two ids; it is taken once.", "Nothing to do."
    ),
    "award.alike": ReasonText(
        "The same learner has an award of the same title and day under another credential id.",
        "Nothing to do if there are two; else withdraw one, or use one credential id in both.",
    ),
    "elmo.parts": ReasonText(
        "Nested learning opportunities are parts of the one that holds them; their credits are "
        "not added to it.",
        "Send each as a top-level opportunity if it is an award of its own.",
    ),
    "elm2.parts": ReasonText(
        "Nested achievements are parts of the one that holds them.",
        "State each as an achievement of its own if it is an award.",
    ),
    "assessment.none": ReasonText(
        "It was attended; no assessment stands behind it.",
        "Name the assessment, if there was one.",
    ),
    "roster.value_unknown": ReasonText(
        "A cell holds none of the values that its column may have.", "Write one of the list."
    ),
    "definition.ended": ReasonText(
        "The description says that the credential is no longer awarded.",
        "Send the one that stands in its place, if there is one.",
    ),
    "level.marketing": ReasonText(
        "The level is a word of the vendor's, and no level of a framework.",
        "State the EQF level, if there is one.",
    ),
    "validity.reversed": ReasonText(
        "The validity ends before it begins.", "Correct one of the two dates."
    ),
    "status.unchecked": ReasonText(
        "The credential names a status list, which is not looked up; it is taken as in force.",
        "Nothing to do; send a revocation as an event of its own.",
    ),
    "result.not_completed": ReasonText(
        "The result says that the learning was not completed.",
        "Send no award for it, or correct the status of the result.",
    ),
    "schema.violation": ReasonText(
        "A rule of the format's official schema is broken.", "Correct the field."
    ),
    "source.row_invalid": ReasonText(
        "A row of the list is not understood and was left out whole.",
        "Correct the cell that the path names, then load the list again.",
    ),
    "source.row_duplicate": ReasonText(
        "An id stands twice in the list; the last row counts.", "Remove one of the rows."
    ),
    "workload.unreadable": ReasonText(
        "A workload cannot be read.", "Write hours or ECTS as a positive number."
    ),
    "workload.implausible_duration": ReasonText(
        "A workload is written as calendar time; P60M means sixty months.",
        "Write hours, such as PT60H.",
    ),
    "workload.days_in_duration": ReasonText(
        "A workload mixes days and hours, and a day has no agreed hours.",
        "Write hours, such as PT60H.",
    ),
    "workload.days_undeclared": ReasonText(
        "A workload is in days, and no hours per day are registered.",
        "Register hours_per_day, or write hours.",
    ),
    "workload.contradicts": ReasonText(
        "Two workloads of one kind differ; the surer one was taken.", "Correct one of them."
    ),
    "workload.credits_disagree": ReasonText(
        "Hours and ECTS do not fit: a credit point is 20 to 35 hours.", "Correct one of them."
    ),
    "level.unreadable": ReasonText(
        "A level cannot be read.", "Write a level as its framework lists it."
    ),
    "level.unknown_framework": ReasonText(
        "The framework of a level is not named or not known.",
        "Name a framework that is referenced to the EQF, or state the EQF level.",
    ),
    "level.unmapped": ReasonText(
        "A national level has no known level of the EQF.", "State the EQF level."
    ),
    "level.contradicts": ReasonText(
        "Two levels stand for different levels of the EQF.", "Correct one of them."
    ),
    "date.unreadable": ReasonText("A date cannot be read.", "Write it as YYYY-MM-DD."),
    "birth_date.instant": ReasonText(
        "A birth date is given as an instant, so that its day depends on the place.",
        "Write it as YYYY-MM-DD.",
    ),
    "learner.name_only": ReasonText(
        "The learner has a name only, which does not tell persons apart.",
        "Add an identifier or a birth date.",
    ),
    "country.unrecognised": ReasonText("A country is not known.", "Write an ISO 3166-1 code."),
    "body.role_unrecognised": ReasonText(
        "The role of an organisation is not known.",
        "Write provider, certifier, employer or accreditor.",
    ),
    "language.unrecognised": ReasonText("A language is not known.", "Write a BCP 47 tag."),
    "field.unrecognised": ReasonText(
        "A field of education is not known.", "Write an ISCED-F 2013 code, such as 0714."
    ),
    "skill.unrecognised": ReasonText(
        "A skill is no ESCO skill.", "Write the URI that ESCO gives it."
    ),
    "occupation.unrecognised": ReasonText(
        "An occupation is no ESCO occupation.", "Write the URI that ESCO gives it."
    ),
    "target_group.unrecognised": ReasonText(
        "A target group is not in the list.", "Write a target group of the list."
    ),
    "assessment.unrecognised": ReasonText(
        "A kind of assessment is not in the list; it is kept as text.",
        "Write a kind of the list.",
    ),
    "supervision.unrecognised": ReasonText(
        "A kind of supervision is not in the list.", "Write a kind of the list."
    ),
    "participation.unrecognised": ReasonText(
        "A form of participation is not in the list; it is kept as text.",
        "Write a form of the list.",
    ),
    "quality_assurance.unrecognised": ReasonText(
        "A type of quality assurance is not in the list.", "Write a type of the list."
    ),
    "route.unrecognised": ReasonText(
        "The route is not known.", "Write formal, non-formal or validation."
    ),
    "stack.unrecognised": ReasonText(
        "The place in a stack cannot be read.",
        "Name the scheme, and the role core, satellite or part.",
    ),
    "status.unrecognised": ReasonText(
        "The status of the award is not known; it is taken as issued.",
        "Write issued, revoked or suspended.",
    ),
    "text.mojibake": ReasonText(
        "A text was encoded twice; it is kept as it is.", "Encode it as UTF-8 once."
    ),
    "url.unreadable": ReasonText("An address is no web address.", "Write an https address."),
    "extension.dropped": ReasonText(
        "Fields that the format does not define were left out.", "Nothing to do."
    ),
    "extension.sensitive": ReasonText(
        "Fields that were left out have names of special categories of personal data or of pay.",
        "Stop sending them; nothing of them is kept.",
    ),
    "funding.unrecognised": ReasonText(
        "A funder is not in the list; it is kept as text.", "Write a funder of the list."
    ),
    "funding.number": ReasonText(
        "A project number does not have the shape of its funder's numbers.",
        "Correct the number, or the funder.",
    ),
    "route.formal_unproven": ReasonText(
        "The route is said to be formal, and no national code of the qualification is given.",
        "State the code under which the qualification is registered, or another route.",
    ),
    "evidence.insufficient": ReasonText(
        "The award has neither evidence nor criteria.",
        "Add the learning outcomes, or evidence of them.",
    ),
    "descriptor.absent": ReasonText(
        "A mandatory descriptor of Annex I is absent.", "Add it, or register it."
    ),
}

# The award is published without a sealed credential.
SEALING: Mapping[str, ReasonText] = {
    "edc.incomplete": ReasonText(
        "An element of Annex I is absent without which no credential is sealed.",
        "Add the element that the path names; the corrected award is sealed as a new version.",
    ),
    "edc.not_in_force": ReasonText(
        "A revoked or suspended award is published, and not sealed again.", "Nothing to do."
    ),
    "edc.no_award": ReasonText("Only awards are sealed.", "Nothing to do."),
    "edc.shape": ReasonText(
        "The finished credential lacks an object that the model asks for.",
        "Operators: report this as a bug.",
    ),
    "edc.count": ReasonText(
        "The finished credential has too few or too many of something.",
        "Operators: report this as a bug.",
    ),
    "edc.term": ReasonText(
        "The finished credential has a term that the model does not know.",
        "Operators: report this as a bug.",
    ),
    "edc.code": ReasonText(
        "The finished credential has a code that its list does not have.",
        "Operators: report this as a bug.",
    ),
    "edc.value": ReasonText(
        "A value of the finished credential is not written as the model asks.",
        "Correct the value in the submission that the path leads to.",
    ),
    "edc.id": ReasonText(
        "Two objects of the finished credential share an id, or an id is not absolute.",
        "Operators: report this as a bug.",
    ),
}
