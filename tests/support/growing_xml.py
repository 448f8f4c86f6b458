"""Families of XML documents and of plain texts that grow; see `growing`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.support.growing_base import Family, some

ELMO = "https://github.com/emrex-eu/elmo-schemas/tree/v1"
SNB = "http://data.europa.eu/snb"
EDC_CLAIM = "<learningAchievement id='a'><title>t</title><specifiedBy idref='s'/></learningAchievement>"  # fmt: skip


def families() -> Mapping[str, Family]:
    return {
        **{f"elmo: {name}": family for name, family in _transcripts()},
        **{f"elm2: {name}": family for name, family in _edci()},
        **{f"elm2: {name}": family for name, family in _edci_references()},
        **{f"text: {name}": family for name, family in _texts()},
    }


def _transcripts() -> Iterator[tuple[str, Family]]:
    los = "<learningOpportunitySpecification><title>a</title></learningOpportunitySpecification>"

    def elmo(inside: str) -> bytes:
        return f"<elmo xmlns='{ELMO}'>{inside}</elmo>".encode()

    def repeated(text: str, size: int) -> str:
        return text * (size // len(text))

    yield "courses", lambda size: elmo(f"<report>{repeated(los, size)}</report>")
    yield (
        "a large learner for all",
        lambda size: elmo(
            f"<learner><fullName>{'n' * (size // 2)}</fullName></learner>"
            f"<report>{repeated(los, size // 2)}</report>"
        ),
    )
    yield (
        "empty days for all",
        lambda size: elmo(
            f"{repeated('<generatedDate/>', size // 2)}<report>{repeated(los, size // 2)}</report>"
        ),
    )
    yield (
        "reports",
        lambda size: elmo(
            f"{repeated('<generatedDate/>', size // 2)}{repeated(f'<report>{los}</report>', size // 2)}"
        ),
    )
    skipped = los.replace("</title>", "</title><specifies><learningOpportunityInstance><status>failed</status></learningOpportunityInstance></specifies>")  # fmt: skip
    yield "failed courses", lambda size: elmo(f"<report>{los}{repeated(skipped, size)}</report>")


def _edci() -> Iterator[tuple[str, Family]]:
    yield "claims", lambda size: _edc_xml(_repeated(EDC_CLAIM, size))
    yield (
        "claims in a large credential",
        lambda size: _edc_xml(_repeated(EDC_CLAIM, size // 2), f"<note>{'n' * (size // 2)}</note>"),
    )
    yield "groups of references", lambda size: _edc_xml(EDC_CLAIM, _many("<a{}References/>", size))
    named = "<a{} id='x'/>"
    yield (
        "names in a group",
        lambda size: _edc_xml(EDC_CLAIM, f"<specReferences>{_many(named, size)}</specReferences>"),
    )


def _edci_references() -> Iterator[tuple[str, Family]]:
    yield (
        "outcomes many to many",
        lambda size: _edc_xml(
            EDC_CLAIM,
            "<specReferences><spec id='s'><learningOutcomes>"
            + _repeated("<learningOutcome idref='o'/>", size // 2)
            + "</learningOutcomes></spec></specReferences><outcomeReferences><o id='o'><title>t</title>"
            + _many("<relatedSkill uri='urn:{}'/>", size // 2)
            + "</o></outcomeReferences>",
        ),
    )
    yield (
        "a long text for many",
        lambda size: _edc_xml(
            EDC_CLAIM,
            "<specReferences><spec id='s'><learningOutcomes>"
            + _repeated("<learningOutcome idref='o'/>", size // 2)
            + "</learningOutcomes></spec></specReferences><outcomeReferences><o id='o'><title>"
            + "t" * (size // 2)
            + "</title></o></outcomeReferences>",
        ),
    )


def _edc_xml(claims: str, rest: str = "") -> bytes:
    subject = f"<credentialSubject><achievements>{claims}</achievements></credentialSubject>"
    return f"<europassCredential xmlns='{SNB}'>{subject}{rest}</europassCredential>".encode()


def _repeated(text: str, size: int) -> str:
    return text * (size // len(text))


def _many(text: str, size: int) -> str:
    return "".join(some(text.format, size))


def _texts() -> Iterator[tuple[str, Family]]:
    yield "like YAML", lambda size: b"a" + b" " * size
    yield "like a token", lambda size: b"a" * size + b".!"
    yield "like a header", lambda size: b"eyJ" + b"a" * size + b"!"
    yield (
        "namespaces",
        lambda size: (
            b"<a>" + b"".join(b"<b xmlns:n='urn:%d'/>" % n for n in range(size // 25)) + b"</a>"
        ),
    )
    yield (
        "attributes",
        lambda size: b"<a " + b" ".join(b"a%d=''" % n for n in range(size // 9)) + b"/>",
    )
