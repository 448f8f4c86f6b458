"""What is no submission is told by what it is, not only by what it is not."""

from __future__ import annotations

import pytest

from credstream.contract.reasons.table import REASONS
from services.ingest.detect import detect

KINDS = {
    b"<Accreditations xmlns='http://data.europa.eu/snb'/>": "format.accreditation_feed",
    b"<a:qmsAccreditations xmlns:a='http://data.europa.eu/snb/qms'/>": "format.accreditation_feed",
    b"<Courses/>": "format.offer_feed",
    b"<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>": "format.schema",
    b"<anything/>": "format.unknown",
    b'{"$schema": "https://json-schema.org/draft/2020-12/schema"}': "format.schema",
    b'{"openapi": "3.1.0", "paths": {}}': "format.schema",
    b'[{"deqar_id": "DEQARINST0001", "qa_registry_id": "X"}]': "format.accreditation_feed",
    b"openapi: 3.1.0\npaths:\n": "format.schema",
    b"- consumerKey: rio\n  code: 1\n": "format.yaml",
    b"---\ntitle: x\n": "format.yaml",
    b"@prefix elm: <http://data.europa.eu/snb/model/elm/> .": "format.schema",
    b"# A page\n\nof words.": "format.unknown",
    b'{"hello": "world"}': "format.unknown",
    b"[]": "format.unknown",
    b'"text"': "format.unknown",
}


@pytest.mark.parametrize("value", KINDS, ids=KINDS.values())
def test_a_document_of_no_format_is_refused_as_what_it_is(value):
    found = detect(value)
    assert (found.format, found.unfit.code) == ("unknown", KINDS[value])
    assert found.unfit.code in REASONS


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("EndorsementCredential", "vcdm.endorsement"),
        ("BitstringStatusListCredential", "vcdm.status_list"),
        ("BlockcertsCredential", "vcdm.blockcerts"),
        ("DriversLicence", "vcdm.no_award"),
    ],
)
def test_a_verifiable_credential_without_an_award_is_readable_and_says_why(kind, code):
    found = detect(f'{{"type": ["VerifiableCredential", "{kind}"]}}'.encode())
    assert (found.format, found.unfit.code) == ("vcdm", code)


def test_a_presentation_is_no_award():
    found = detect(b'{"type": "VerifiablePresentation", "verifiableCredential": []}')
    assert (found.format, found.unfit.code) == ("vcdm", "vcdm.presentation")
