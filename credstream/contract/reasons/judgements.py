"""The reason codes of judgements."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.reasons.text import ReasonText

# Why an accreditation covers an award or does not.
JUDGEMENTS: Mapping[str, ReasonText] = {
    "covered.accreditation": ReasonText("An accreditation covers the award.", "Nothing to do."),
    "covered.recognition": ReasonText("A recognition covers the award.", "Nothing to do."),
    "covered.industry_standard": ReasonText("An industry standard covers it.", "Nothing to do."),
    "claimed.industry_standard": ReasonText(
        "The body stands in no list; the credential names an industry standard.",
        "Operators: load the list of the standard, where there is one.",
    ),
    "claimed.quality_assurance": ReasonText(
        "The body stands in no list; the quality assurance is its own word.",
        "Ask the body that assures quality to get its list loaded.",
    ),
    "organisation.unlisted": ReasonText(
        "The awarding body stands in no list that is loaded.",
        "Name an identifier that the list has, or ask for the list to be loaded.",
    ),
    "organisation.unidentified": ReasonText(
        "The awarding body has no identifier that could be looked for.",
        "Add one, such as a VAT number with its country.",
    ),
    "source.missing": ReasonText(
        "No list of accreditations has been loaded.", "Operators: load one; awards follow."
    ),
    "source.kind_unknown": ReasonText(
        "The accreditation is of a kind that nobody knows.", "Operators: correct the list."
    ),
    "not_covered_by_date": ReasonText(
        "The accreditation was not in force on the day of the award.",
        "Check the date; tell the keeper of the list if it was extended.",
    ),
    "not_covered.withdrawn": ReasonText(
        "The accreditation was withdrawn by the day of the award.", "Ask the accrediting agent."
    ),
    "not_covered.decision": ReasonText(
        "The decision on the accreditation was negative.", "Ask the accrediting agent."
    ),
    "not_covered.jurisdiction": ReasonText(
        "The accreditation does not cover the issuer's country.", "Check the country."
    ),
    "not_covered.credential_type": ReasonText(
        "The accreditation does not cover this type of credential.", "Check the type."
    ),
    "not_covered.qualification": ReasonText(
        "The accreditation does not cover this definition.", "Check its identifiers."
    ),
    "not_covered.field": ReasonText(
        "The accreditation does not cover every field of the award.", "Check the ISCED-F codes."
    ),
    "not_covered.level": ReasonText(
        "The accreditation does not cover the level of the award.", "Check the EQF level."
    ),
    "not_covered.agent": ReasonText(
        "The source does not vouch for the accrediting agent.", "Ask the keeper of the list."
    ),
    "missing.date": ReasonText(
        "A date that decides cannot be read.", "Operators: write dates as YYYY-MM-DD."
    ),
    "missing.decision": ReasonText(
        "The accreditation has no decision that is known.", "Operators: correct the list."
    ),
    "missing.jurisdiction": ReasonText(
        "The accreditation is limited by country; the definition has none.", "Add the country."
    ),
    "missing.qualification": ReasonText(
        "The accreditation is limited to definitions; this one has no identifier.",
        "Add the identifier that the list uses.",
    ),
    "missing.field": ReasonText(
        "The accreditation is limited by field; the definition has none.", "Add ISCED-F codes."
    ),
    "missing.level": ReasonText(
        "The accreditation is limited by level; the definition has none.", "Add the EQF level."
    ),
}
