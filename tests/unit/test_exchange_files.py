"""Files that an operator or a provider gives: what cannot be read is named before anything is sent."""

import json

import pytest

from credstream.contract import topics
from credstream.exchange import submissions
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.files import list_file, registration
from credstream.exchange.local import examples
from credstream.sdk.provider import LARGEST, NoReceiptError

ACME = {"id": "acme", "kind": "provider", "name": "A", "country": "DE"}


@pytest.fixture
def written(tmp_path):
    """What writes a file of some content, and gives its path."""

    def write(content, name="one.json"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def test_a_registration_is_read(written):
    assert registration(written(json.dumps(ACME).encode())).id == "acme"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "no JSON"),
        (json.dumps(ACME | {"country": "Atlantis"}).encode(), "country"),
    ],
)
def test_a_registration_that_cannot_be_read_is_named_with_its_field(written, content, words):
    with pytest.raises(CommandError, match=words) as failed:
        registration(written(content))
    assert "one.json" in str(failed.value)
    assert failed.value.kind is Kind.MISUSE


def test_a_list_is_read_as_of_a_time():
    (path,) = examples.list_files(examples.EXAMPLES)
    found = list_file(path, "some-list", 1_790_000_000_000)
    assert {record.as_of for record in found.accreditations} == {1_790_000_000_000}
    assert all(record.id.startswith("some-list:") for record in found.accreditations)
    assert found.left_out == ()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\xff", b"no,list\n1,2\n"])
def test_a_list_that_cannot_be_read_is_named(written, content):
    with pytest.raises(CommandError, match=r"list\.csv"):
        list_file(written(content, "list.csv"), "list", 0)


@pytest.mark.parametrize("read", [registration, lambda path: list_file(path, "x", 0)])
def test_a_missing_file_is_named(tmp_path, read):
    with pytest.raises(CommandError, match=r"none\.json.*No such file"):
        read(tmp_path / "none.json")


def test_the_id_of_a_submission_depends_on_its_name_and_content(written):
    path = written(b"{}")
    (first,), (again,) = (submissions.files_of([path], "acme", None) for _ in range(2))
    assert first.id == again.id
    (other,) = submissions.files_of([path], "acme-2", None)
    assert other.id != first.id
    (given,) = submissions.files_of([path], "acme", "mine")
    assert given.id == "mine"


def test_what_cannot_be_sent_is_named(written, tmp_path):
    large = written(b" " * (LARGEST + 1), "large.json")
    assert LARGEST < 4 * topics.MIB
    for path, words in ((large, "4 MiB"), (tmp_path, "a folder"), (tmp_path / "x", "No such file")):
        with pytest.raises(CommandError, match=words):
            submissions.files_of([path], "acme", None)


def test_a_submission_that_did_not_end_is_named_by_its_file(written):
    files = submissions.files_of([written(b"1", "a.json"), written(b"2", "b.json")], "acme", None)
    text = submissions._not_ended(NoReceiptError({files[1].id}, "schema 7"), files, 3)
    assert "within 3 s: b.json." in text
    assert "schema 7" in text
    assert "a.json" not in text


def test_a_folder_without_submissions_is_no_folder_of_examples(tmp_path):
    with pytest.raises(CommandError, match="expected submissions/<provider>/<file>"):
        examples.read(tmp_path)
