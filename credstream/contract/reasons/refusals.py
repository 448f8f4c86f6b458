"""The reason codes of refusals, and of other ends of a record."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.reasons.text import ReasonText

# The message goes to a dead-letter topic, and the provider gets a receipt.
REFUSALS: Mapping[str, ReasonText] = {
    "provider.unknown": ReasonText(
        "No provider is registered for this topic.",
        "Register the provider with `credstream provider add`, then send the event again.",
    ),
    "provider.suspended": ReasonText(
        "The provider's registration is suspended.", "Ask the operator of the exchange."
    ),
    "provider.mismatch": ReasonText(
        "The payload names another provider than the topic it came by.",
        "Send it by the topic of the provider that it names, or correct the payload.",
    ),
    "size.too_large": ReasonText(
        "The payload is larger than 1 MiB.", "Leave embedded images and attachments out."
    ),
    "format.empty": ReasonText("The event has no content.", "Send the credential as the value."),
    "format.unknown": ReasonText(
        "None of the supported formats was recognised.",
        "See the list of formats for providers; try the file with `credstream try FILE`.",
    ),
    "format.unsupported": ReasonText(
        "The format was recognised, but it cannot be normalised.",
        "Send an award or a definition in one of the supported formats.",
    ),
    "format.accreditation_feed": ReasonText(
        "This is a list of accreditations, and no submission.",
        "Operators load such lists with `credstream accreditation load`.",
    ),
    "format.offer_feed": ReasonText(
        "This is a list of learning opportunities in a form that is not read.",
        "Send each as a definition in one of the supported formats.",
    ),
    "format.schema": ReasonText(
        "This describes a format, and is no credential.", "Send a credential in that format."
    ),
    "format.yaml": ReasonText("This looks like YAML, which is not read.", "Send it as JSON."),
    "ob2.profile": ReasonText(
        "This describes an issuer, and is no badge.", "Send the assertion or the badge class."
    ),
    "ob2.key": ReasonText("This is a key, and no badge.", "Register it with the provider."),
    "ob2.revocation_list": ReasonText(
        "This is a list of revoked badges, and no badge.",
        "Register it with the provider, under its address.",
    ),
    "ob2.endorsement": ReasonText(
        "An endorsement says something of a badge, and is none.", "Send the badge."
    ),
    "clr.no_children": ReasonText(
        "The learner record holds no credential, only descriptions of achievements.",
        "Put a badge for each achievement under verifiableCredential.",
    ),
    "clr.child_signed": ReasonText(
        "A credential inside the record is a token of its own, which is not opened there.",
        "Send the token as a submission of its own.",
    ),
    "clr.child_no_award": ReasonText(
        "A part of the record is no award, such as an endorsement.", "Nothing to do."
    ),
    "elmo.empty": ReasonText(
        "The transcript has no learning opportunity.", "Send one with at least one course."
    ),
    "elmo.failed": ReasonText("A course was failed; it is no award.", "Nothing to do."),
    "elmo.in_progress": ReasonText(
        "A course is still in progress; it is no award yet.", "Send it when it is passed."
    ),
    "elm2.fragment": ReasonText(
        "This is a part of a European credential, and no whole one.",
        "Send the credential that it belongs to.",
    ),
    "elm2.no_claim": ReasonText(
        "The credential claims neither an achievement nor an activity.", "Add what was achieved."
    ),
    "roster.header_unknown": ReasonText(
        "No sheet of the workbook has a header that is known.",
        "Use the columns that the page on lists names, or register yours.",
    ),
    "roster.edc_sheets": ReasonText(
        "These are the sheets of the Europass tool, which spread a credential over many fields.",
        "Send the credentials that the tool makes of them.",
    ),
    "roster.empty": ReasonText("The list has a header and no rows.", "Send it with rows."),
    "roster.column_missing": ReasonText(
        "The list lacks a column that no row can do without.", "Add the column that is named."
    ),
    "roster.column_twice": ReasonText(
        "Two columns of the list have one meaning, and nobody can tell which counts.",
        "Rename or remove one of them.",
    ),
    "roster.row_ragged": ReasonText(
        "A row has more cells than the header has names.",
        "Quote cells in which the separator stands, or correct the row.",
    ),
    "roster.unreadable": ReasonText(
        "The list cannot be read.", "Save it anew, as CSV in UTF-8 or as XLSX."
    ),
    "roster.too_large": ReasonText(
        "The workbook unpacks to too much.", "Remove pictures and empty sheets, or send CSV."
    ),
    "roster.no_award": ReasonText(
        "A list of recipients does not say what was awarded, nor when.",
        "Add the columns definition_id and issued_on.",
    ),
    "roster.no_programme": ReasonText(
        "The row is about an institution, and describes no programme.",
        "Send the rows with programmes; lists of accreditations are loaded by operators.",
    ),
    "ooapi.not_expanded": ReasonText(
        "The resource only names what it belongs to.",
        "Send associations with person, offering, course and result expanded.",
    ),
    "ooapi.not_passed": ReasonText(
        "The result does not say that it is a pass; it is no award.", "Send it when it is passed."
    ),
    "ooapi.organization": ReasonText(
        "This describes an organisation, and is no credential.", "Send courses or associations."
    ),
    "ooapi.person": ReasonText(
        "This describes a person, and is no credential.", "Send the associations of the person."
    ),
    "ctdl.no_credential": ReasonText(
        "The description holds no credential, programme or course.",
        "Send the credential; it may hold its organisation.",
    ),
    "vendor.not_accepted": ReasonText(
        "The badge is not accepted by its earner, or was rejected; it is no award yet.",
        "Send it when it is accepted.",
    ),
    "vendor.not_public": ReasonText(
        "The credential is private or not approved.", "Approve it, then send it again."
    ),
    "vcdm.endorsement": ReasonText(
        "An endorsement says something of an award, and is none.",
        "Send the award; it may carry its endorsements.",
    ),
    "vcdm.status_list": ReasonText(
        "A status list is no award.", "Register it with the provider, under its address."
    ),
    "vcdm.presentation": ReasonText(
        "A presentation only shows credentials.", "Send the credentials that it holds."
    ),
    "vcdm.blockcerts": ReasonText(
        "Blockcerts are not read.", "Send the credential inside as an Open Badge."
    ),
    "vcdm.no_award": ReasonText(
        "A verifiable credential of a kind that says nothing of learning.",
        "Send an Open Badge 3.0 or a European Digital Credential.",
    ),
    "image.no_credential": ReasonText(
        "The image holds no badge.", "Bake the badge into it, or send the badge alone."
    ),
    "image.several_credentials": ReasonText(
        "The image holds several badges that differ, and nothing says which of them is meant.",
        "Send an image with one of them, or each badge alone.",
    ),
    "image.damaged": ReasonText("The image was changed or cut.", "Bake the badge anew."),
    "xml.invalid": ReasonText("The XML cannot be read.", "Correct it at the place that is named."),
    "xml.doctype": ReasonText(
        "The XML has a document type, by which files elsewhere could be read.",
        "Leave the DOCTYPE out.",
    ),
    "xml.too_deep": ReasonText("The XML is nested too deeply.", "Flatten the document."),
    "xml.too_many": ReasonText(
        "The XML has more elements than any credential.", "Send it in several submissions."
    ),
    "jwe.unsupported": ReasonText(
        "The value is encrypted, and we have no key for it.", "Send it unencrypted, over TLS."
    ),
    "document.too_much": ReasonText(
        "The submission would cause more work or larger records than any real one does.",
        "Send it in several submissions; the detail names what there is too much of.",
    ),
    "format.too_many": ReasonText(
        "The submission holds more credentials than are taken in one.",
        "Send them in several submissions.",
    ),
    "format.invalid": ReasonText(
        "The content does not have the shape of its format.",
        "Correct the field that the path names.",
    ),
    "jws.incomplete": ReasonText(
        "The signed token is not complete.", "Send all three parts, joined by dots."
    ),
    "text.encoding": ReasonText("The text is not UTF-8.", "Send UTF-8."),
    "text.invalid": ReasonText(
        "A text holds a character that cannot be stored (NUL or a lone surrogate).",
        "Remove the character.",
    ),
    "json.invalid": ReasonText(
        "The JSON cannot be read.", "Correct it at the place that is named."
    ),
    "json.too_large": ReasonText(
        "The JSON holds more than 50,000 objects and lists.", "Split the file."
    ),
    "json.too_deep": ReasonText("The JSON is nested too deeply.", "Flatten the document."),
    "json.duplicate_key": ReasonText(
        "A key stands twice in one JSON object.", "Remove one of them."
    ),
    "json.number": ReasonText(
        "A number is not a JSON number or has too many digits.", "Send a finite number."
    ),
    "signature.invalid": ReasonText(
        "The signature or seal does not fit the content.",
        "Sign again; nothing may change after signing.",
    ),
    "title.missing": ReasonText("The credential has no title.", "Add a title."),
    "awarding_bodies.missing": ReasonText(
        "No awarding body is named, in the payload or in the registration.",
        "Name the awarding body, or add it to the registration.",
    ),
    "learner.missing": ReasonText(
        "The award names no learner.", "Add an identifier, or a name and a birth date."
    ),
    "issued_on.missing": ReasonText(
        "The award has no date of issuing.", "Add the date of the award."
    ),
    "source.header_invalid": ReasonText(
        "The columns are not those of a list of accreditations.",
        "Use the columns of the template; one that is not known may be a limit misspelt.",
    ),
    "status.not_awarded": ReasonText(
        "The status says that nothing was awarded.", "Send it when the award is made."
    ),
    "learner.unreadable": ReasonText(
        "A learner's data cannot be opened with the learner's key.",
        "Operators: check that all services use one vault and one key-encryption key.",
    ),
    "learner.erased": ReasonText("The learner was erased.", "Nothing can be issued any more."),
    "registration.invalid": ReasonText(
        "A registration does not have its shape.", "Correct the field that the path names."
    ),
    "avro.magic": ReasonText(
        "An internal message does not start with a schema id.", "Operators: find who wrote it."
    ),
    "avro.schema_unknown": ReasonText(
        "An internal message names a schema that nobody knows.", "Operators: find who wrote it."
    ),
    "avro.schema_not_allowed": ReasonText(
        "An internal message has a record that does not belong on its topic.",
        "Operators: find who wrote it.",
    ),
    "avro.too_large": ReasonText(
        "An internal message is larger than its record may be.", "Operators: find who wrote it."
    ),
    "avro.invalid": ReasonText(
        "An internal message is not what its schema says.", "Operators: find who wrote it."
    ),
    "avro.unwritable": ReasonText(
        "A value cannot be written as its schema says.", "Operators: report this as a bug."
    ),
    "unexpected": ReasonText(
        "The exchange failed on this message; the fault is ours.",
        "Nothing to do; operators are told and will replay it.",
    ),
    "unprocessable": ReasonText(
        "Handling this message ended the exchange's process each time it was tried.",
        "Operators: keep the dead letter and report this as a bug; replay it after a fix.",
    ),
}

# The record ends without a refusal: the receipt names the rule that decided.
ENDINGS: Mapping[str, ReasonText] = {
    "duplicate": ReasonText(
        "The same content was received before.",
        "Nothing to do; if no receipt ever said how it ended, ask the operator to republish it.",
    ),
    "definition.missing": ReasonText(
        "The definition that the award names has not arrived yet.",
        "Send the definition; the award goes on by itself.",
    ),
    "scope.degree": ReasonText("A degree is no micro-credential.", "Nothing to do."),
    "scope.ects": ReasonText("More than 60 ECTS is no micro-credential.", "Nothing to do."),
    "scope.hours": ReasonText("More than 1,500 hours is no micro-credential.", "Nothing to do."),
    "scope.apprenticeship": ReasonText(
        "An apprenticeship of years is no micro-credential.", "Nothing to do."
    ),
}
