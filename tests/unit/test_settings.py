"""Settings: a wrong one is named, a secret is never shown, and nothing is guessed."""

from __future__ import annotations

from dataclasses import fields

import pytest

from credstream.process.settings import PREFIX, Settings, SettingsError, load, secret_key, shown

SECRETS = {each.name for each in fields(Settings) if each.metadata["secret"]}


def refusal(environ):
    with pytest.raises(SettingsError) as caught:
        load(environ)
    return str(caught.value)


def test_without_variables_there_are_the_defaults():
    assert load({}) == Settings()
    assert load({"CREDSTREAM_NOBODY_KNOWS": "x", "PATH": "/bin"}) == Settings()


@pytest.mark.parametrize("each", fields(Settings), ids=lambda each: each.name)
def test_every_setting_says_what_it_is_in_a_sentence(each):
    assert each.metadata["doc"].endswith(".")
    assert type(each.default) in (str, int, float, bool)


@pytest.mark.parametrize("word", ["1", "true", "YES", " on "])
def test_words_for_yes(word):
    assert load({"CREDSTREAM_MIGRATE": word}).migrate is True


@pytest.mark.parametrize("word", ["0", "false", "No", "off", ""])
def test_words_for_no(word):
    assert load({"CREDSTREAM_MIGRATE": word}).migrate is False


@pytest.mark.parametrize("word", ["ture", "2", "enabled", "y"])
def test_a_misspelt_yes_is_not_a_no(word):
    assert "CREDSTREAM_MIGRATE" in refusal({"CREDSTREAM_MIGRATE": word})


@pytest.mark.parametrize(
    ("name", "text"),
    [("BATCH_SIZE", "500.0"), ("BATCH_SIZE", ""), ("WEB_PORT", "http"), ("HOLD_SECONDS", "30s"), ("ORDINAL", "ingest-0")],
)  # fmt: skip
def test_a_number_that_is_none_is_named(name, text):
    assert PREFIX + name in refusal({PREFIX + name: text})


def test_a_file_goes_before_a_variable_and_loses_its_last_line_end(tmp_path):
    (tmp_path / "kek").write_text("from the file\n")
    environ = {"CREDSTREAM_KEK": "a variable", "CREDSTREAM_KEK_FILE": str(tmp_path / "kek")}
    assert load(environ).kek == "from the file"


def test_a_file_that_cannot_be_read_is_named_and_its_content_is_not(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe secret")
    for path in (tmp_path / "none", tmp_path, tmp_path / "binary", ""):
        words = refusal({"CREDSTREAM_KEK_FILE": str(path)})
        assert "CREDSTREAM_KEK_FILE" in words
        assert "secret" not in words


def test_no_secret_is_shown_and_what_is_not_set_is_seen_to_be():
    environ = {PREFIX + name.upper(): "hush-hush" for name in SECRETS}
    assert "hush-hush" not in str(shown(load(environ)))
    assert {name: shown(Settings())[name] for name in SECRETS} == dict.fromkeys(SECRETS, "")


def test_what_opens_something_is_a_secret():
    for each in fields(Settings):
        if any(word in each.name for word in ("key", "kek", "url", "password", "secret")):
            assert each.metadata["secret"], each.name


@pytest.mark.parametrize("text", ["", "ab" * 31, "ab" * 33, "zz" * 32, "ab" * 31 + "a"])
def test_a_key_of_another_length_or_of_other_letters_is_refused_without_being_repeated(text):
    with pytest.raises(SettingsError, match="CREDSTREAM_KEK") as caught:
        secret_key("KEK", text)
    assert not text or text not in str(caught.value)


def test_a_key_is_its_bytes():
    assert secret_key("KEK", f" {'0A' * 32}\n") == b"\n" * 32
