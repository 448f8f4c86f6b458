"""Every reason code: what it means, and what would fix it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """What a code means to a provider, and the way out."""

    meaning: str
    fix: str


# Refusals: the message ends on a dead-letter topic.
REFUSALS: Mapping[str, Words] = {
    "provider.unknown": Words(
        "No provider is registered for this topic.",
        "Register the provider with `credstream provider add`, then send the event again.",
    ),
    "provider.suspended": Words(
        "The provider's registration is suspended.", "Ask the operator of the exchange."
    ),
    "provider.mismatch": Words(
        "The payload names another provider than the topic it came by.",
        "Send it by the topic of the provider that it names, or correct the payload.",
    ),
    "size.too_large": Words(
        "The payload is larger than 1 MiB.", "Leave embedded images and attachments out."
    ),
    "format.empty": Words("The event has no content.", "Send the credential as the value."),
    "format.unknown": Words(
        "None of the supported formats was recognised.",
        "See the list of formats for providers; try the file with `credstream try FILE`.",
    ),
    "format.unsupported": Words(
        "The format was recognised, but it cannot be normalised.",
        "Send an award or a definition in one of the supported formats.",
    ),
    "format.invalid": Words(
        "The content does not have the shape of its format.",
        "Correct the field that the path names.",
    ),
    "jws.incomplete": Words(
        "The signed token is not complete.", "Send all three parts, joined by dots."
    ),
    "text.encoding": Words("The text is not UTF-8.", "Send UTF-8."),
    "text.invalid": Words(
        "A text holds a character that cannot be stored (NUL or a lone surrogate).",
        "Remove the character.",
    ),
    "json.invalid": Words("The JSON cannot be read.", "Correct it at the place that is named."),
    "json.too_deep": Words("The JSON is nested too deeply.", "Flatten the document."),
    "json.duplicate_key": Words("A key stands twice in one JSON object.", "Remove one of them."),
    "json.number": Words(
        "A number is not a JSON number or has too many digits.", "Send a finite number."
    ),
    "signature.invalid": Words(
        "The signature or seal does not fit the content.",
        "Sign again; nothing may change after signing.",
    ),
    "title.missing": Words("The credential has no title.", "Add a title."),
    "awarding_bodies.missing": Words(
        "No awarding body is named, in the payload or in the registration.",
        "Name the awarding body, or add it to the registration.",
    ),
    "learner.missing": Words(
        "The award names no learner.", "Add an identifier, or a name and a birth date."
    ),
    "issued_on.missing": Words("The award has no date of issuing.", "Add the date of the award."),
    "source.header_invalid": Words(
        "The columns are not those of a list of accreditations.",
        "Use the columns of the template; one that is not known may be a limit misspelt.",
    ),
    "status.not_awarded": Words(
        "The status says that nothing was awarded.", "Send it when the award is made."
    ),
    "learner.unreadable": Words(
        "A learner's data cannot be opened with the learner's key.",
        "Operators: check that all services use one vault and one key-encryption key.",
    ),
    "learner.erased": Words("The learner was erased.", "Nothing can be issued any more."),
    "registration.invalid": Words(
        "A registration does not have its shape.", "Correct the field that the path names."
    ),
    "avro.magic": Words(
        "An internal message does not start with a schema id.", "Operators: find who wrote it."
    ),
    "avro.schema_unknown": Words(
        "An internal message names a schema that nobody knows.", "Operators: find who wrote it."
    ),
    "avro.schema_not_allowed": Words(
        "An internal message has a record that does not belong on its topic.",
        "Operators: find who wrote it.",
    ),
    "avro.too_large": Words(
        "An internal message is larger than its record may be.", "Operators: find who wrote it."
    ),
    "avro.invalid": Words(
        "An internal message is not what its schema says.", "Operators: find who wrote it."
    ),
    "avro.unwritable": Words(
        "A value cannot be written as its schema says.", "Operators: report this as a bug."
    ),
    "unexpected": Words(
        "The exchange failed on this message; the fault is ours.",
        "Nothing to do; operators are told and will replay it.",
    ),
}

# Endings that are no refusal: a receipt with the rule that decided.
ENDINGS: Mapping[str, Words] = {
    "duplicate": Words("The same content was received before.", "Nothing to do."),
    "definition.missing": Words(
        "The definition that the award names has not arrived yet.",
        "Send the definition; the award goes on by itself.",
    ),
    "scope.degree": Words("A degree is no micro-credential.", "Nothing to do."),
    "scope.ects": Words("More than 60 ECTS is no micro-credential.", "Nothing to do."),
    "scope.hours": Words("More than 1,500 hours is no micro-credential.", "Nothing to do."),
    "scope.apprenticeship": Words(
        "An apprenticeship of years is no micro-credential.", "Nothing to do."
    ),
}

# Warnings: the record goes on.
WARNINGS: Mapping[str, Words] = {
    "native.unknown_field": Words(
        "The native format does not know a field; its content goes nowhere.",
        "Correct the name of the field, or leave it out.",
    ),
    "validity.reversed": Words(
        "The validity ends before it begins.", "Correct one of the two dates."
    ),
    "status.unchecked": Words(
        "The credential names a status list, which is not looked up; it is taken as in force.",
        "Nothing to do; send a revocation as an event of its own.",
    ),
    "result.not_completed": Words(
        "The result says that the learning was not completed.",
        "Send no award for it, or correct the status of the result.",
    ),
    "schema.violation": Words(
        "A rule of the format's official schema is broken.", "Correct the field."
    ),
    "source.row_invalid": Words(
        "A row of the list is not understood and was left out whole.",
        "Correct the cell that the path names, then load the list again.",
    ),
    "source.row_duplicate": Words(
        "An id stands twice in the list; the last row counts.", "Remove one of the rows."
    ),
    "workload.unreadable": Words(
        "A workload cannot be read.", "Write hours or ECTS as a positive number."
    ),
    "workload.implausible_duration": Words(
        "A workload is written as calendar time; P60M means sixty months.",
        "Write hours, such as PT60H.",
    ),
    "workload.days_in_duration": Words(
        "A workload mixes days and hours, and a day has no agreed hours.",
        "Write hours, such as PT60H.",
    ),
    "workload.days_undeclared": Words(
        "A workload is in days, and no hours per day are registered.",
        "Register hours_per_day, or write hours.",
    ),
    "workload.contradicts": Words(
        "Two workloads of one kind differ; the surer one was taken.", "Correct one of them."
    ),
    "workload.credits_disagree": Words(
        "Hours and ECTS do not fit: a credit point is 20 to 35 hours.", "Correct one of them."
    ),
    "level.unreadable": Words(
        "A level cannot be read.", "Write a level as its framework lists it."
    ),
    "level.unknown_framework": Words(
        "The framework of a level is not named or not known.",
        "Name a framework that is referenced to the EQF, or state the EQF level.",
    ),
    "level.unmapped": Words(
        "A national level has no known level of the EQF.", "State the EQF level."
    ),
    "level.contradicts": Words(
        "Two levels stand for different levels of the EQF.", "Correct one of them."
    ),
    "date.unreadable": Words("A date cannot be read.", "Write it as YYYY-MM-DD."),
    "birth_date.instant": Words(
        "A birth date is given as an instant, so that its day depends on the place.",
        "Write it as YYYY-MM-DD.",
    ),
    "learner.name_only": Words(
        "The learner has a name only, which does not tell persons apart.",
        "Add an identifier or a birth date.",
    ),
    "country.unrecognised": Words("A country is not known.", "Write an ISO 3166-1 code."),
    "body.role_unrecognised": Words(
        "The role of an organisation is not known.",
        "Write provider, certifier, employer or accreditor.",
    ),
    "language.unrecognised": Words("A language is not known.", "Write a BCP 47 tag."),
    "field.unrecognised": Words(
        "A field of education is not known.", "Write an ISCED-F 2013 code, such as 0714."
    ),
    "skill.unrecognised": Words("A skill is no ESCO skill.", "Write the URI that ESCO gives it."),
    "occupation.unrecognised": Words(
        "An occupation is no ESCO occupation.", "Write the URI that ESCO gives it."
    ),
    "target_group.unrecognised": Words(
        "A target group is not in the list.", "Write a target group of the list."
    ),
    "assessment.unrecognised": Words(
        "A kind of assessment is not in the list; it is kept as text.",
        "Write a kind of the list.",
    ),
    "supervision.unrecognised": Words(
        "A kind of supervision is not in the list.", "Write a kind of the list."
    ),
    "participation.unrecognised": Words(
        "A form of participation is not in the list; it is kept as text.",
        "Write a form of the list.",
    ),
    "quality_assurance.unrecognised": Words(
        "A type of quality assurance is not in the list.", "Write a type of the list."
    ),
    "route.unrecognised": Words(
        "The route is not known.", "Write formal, non-formal or validation."
    ),
    "stack.unrecognised": Words(
        "The place in a stack cannot be read.",
        "Name the scheme, and the role core, satellite or part.",
    ),
    "status.unrecognised": Words(
        "The status of the award is not known; it is taken as issued.",
        "Write issued, revoked or suspended.",
    ),
    "text.mojibake": Words(
        "A text was encoded twice; it is kept as it is.", "Encode it as UTF-8 once."
    ),
    "url.unreadable": Words("An address is no web address.", "Write an https address."),
    "extension.dropped": Words(
        "Fields that the format does not define were left out.", "Nothing to do."
    ),
    "evidence.insufficient": Words(
        "The award has neither evidence nor criteria.",
        "Add the learning outcomes, or evidence of them.",
    ),
    "descriptor.absent": Words(
        "A mandatory descriptor of Annex I is absent.", "Add it, or register it."
    ),
}

# Reasons of a judgement: why an award is, or is not, covered by an accreditation.
JUDGEMENTS: Mapping[str, Words] = {
    "covered.accreditation": Words("An accreditation covers the award.", "Nothing to do."),
    "covered.recognition": Words("A recognition covers the award.", "Nothing to do."),
    "covered.industry_standard": Words("An industry standard covers it.", "Nothing to do."),
    "claimed.industry_standard": Words(
        "The body stands in no list; the credential names an industry standard.",
        "Operators: load the list of the standard, where there is one.",
    ),
    "claimed.quality_assurance": Words(
        "The body stands in no list; the quality assurance is its own word.",
        "Ask the body that assures quality to get its list loaded.",
    ),
    "organisation.unlisted": Words(
        "The awarding body stands in no list that is loaded.",
        "Name an identifier that the list has, or ask for the list to be loaded.",
    ),
    "organisation.unidentified": Words(
        "The awarding body has no identifier that could be looked for.",
        "Add one, such as a VAT number with its country.",
    ),
    "source.missing": Words(
        "No list of accreditations has been loaded.", "Operators: load one; awards follow."
    ),
    "source.kind_unknown": Words(
        "The accreditation is of a kind that nobody knows.", "Operators: correct the list."
    ),
    "not_covered_by_date": Words(
        "The accreditation was not in force on the day of the award.",
        "Check the date; tell the keeper of the list if it was extended.",
    ),
    "not_covered.withdrawn": Words(
        "The accreditation was withdrawn by the day of the award.", "Ask the accrediting agent."
    ),
    "not_covered.decision": Words(
        "The decision on the accreditation was negative.", "Ask the accrediting agent."
    ),
    "not_covered.jurisdiction": Words(
        "The accreditation does not cover the issuer's country.", "Check the country."
    ),
    "not_covered.credential_type": Words(
        "The accreditation does not cover this type of credential.", "Check the type."
    ),
    "not_covered.qualification": Words(
        "The accreditation does not cover this definition.", "Check its identifiers."
    ),
    "not_covered.field": Words(
        "The accreditation does not cover every field of the award.", "Check the ISCED-F codes."
    ),
    "not_covered.level": Words(
        "The accreditation does not cover the level of the award.", "Check the EQF level."
    ),
    "not_covered.agent": Words(
        "The source does not vouch for the accrediting agent.", "Ask the keeper of the list."
    ),
    "missing.date": Words(
        "A date that decides cannot be read.", "Operators: write dates as YYYY-MM-DD."
    ),
    "missing.decision": Words(
        "The accreditation has no decision that is known.", "Operators: correct the list."
    ),
    "missing.jurisdiction": Words(
        "The accreditation is limited by country; the definition has none.", "Add the country."
    ),
    "missing.qualification": Words(
        "The accreditation is limited to definitions; this one has no identifier.",
        "Add the identifier that the list uses.",
    ),
    "missing.field": Words(
        "The accreditation is limited by field; the definition has none.", "Add ISCED-F codes."
    ),
    "missing.level": Words(
        "The accreditation is limited by level; the definition has none.", "Add the EQF level."
    ),
}

REASONS: Mapping[str, Words] = {**REFUSALS, **ENDINGS, **WARNINGS, **JUDGEMENTS}
