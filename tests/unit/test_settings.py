"""Settings: a wrong one is named, a secret is never shown, and nothing is guessed."""

from __future__ import annotations

from dataclasses import fields

import pytest

from credstream.kafka.profiles import PROFILES
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


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("BATCH_SIZE", text) for text in ("-4", "0", "10001")),
        *(("PATIENCE_SECONDS", text) for text in ("nan", "inf", "-inf", "0", "1e99")),
        ("BATCH_SECONDS", "-0.01"),
        ("HOLD_SECONDS", "-1"),
        ("ORDINAL", "-1"),
        *(("WEB_PORT", text) for text in ("0", "65536")),
        ("PROFILE", "rabbit"),
        ("SECURITY_PROTOCOL", "tls"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_its_bounds(name, text):
    words = refusal({PREFIX + name: text})
    assert words.startswith(PREFIX + name)
    assert repr(text) in words
    setting = next(each for each in fields(Settings) if each.name == name.lower())
    for bound in setting.metadata["within"] or setting.metadata["one_of"]:
        assert f"{bound:g}" in words if isinstance(bound, int | float) else bound.lower() in words


@pytest.mark.parametrize("each", fields(Settings), ids=lambda each: each.name)
def test_every_number_has_bounds_and_both_and_the_default_lie_within(each):
    if type(each.default) in (int, float):
        for value in (*each.metadata["within"], each.default):
            text = str(type(each.default)(value))
            assert getattr(load({PREFIX + each.name.upper(): text}), each.name) == value
    assert not each.metadata["one_of"] or each.default in each.metadata["one_of"]


def test_words_are_read_in_any_case():
    assert load({"CREDSTREAM_SECURITY_PROTOCOL": "SASL_SSL"}).security_protocol == "sasl_ssl"
    assert load({"CREDSTREAM_LOG_LEVEL": "debug"}).log_level == "DEBUG"


def test_the_profiles_are_those_of_the_clients():
    profile = next(each for each in fields(Settings) if each.name == "profile")
    assert tuple(PROFILES) == profile.metadata["one_of"]


def test_all_faults_are_told_at_once(tmp_path):
    """What is wrong, what cannot be read, and what the service needs; nothing twice."""
    environ = {
        "CREDSTREAM_BATCH_SIZE": "-4",
        "CREDSTREAM_ORDINAL": "first",
        "CREDSTREAM_SECURITY_PROTOCOL": "sasl_ssl",
        "CREDSTREAM_SASL_USERNAME": "normalise",
        "CREDSTREAM_VAULT_URL_FILE": str(tmp_path / "none"),
        "CREDSTREAM_KEK": "zz" * 32,
    }
    with pytest.raises(SettingsError) as caught:
        load(environ, service="normalise")
    names = [line.split()[0].strip(":") for line in str(caught.value).splitlines()]
    assert names == [
        "CREDSTREAM_VAULT_URL_FILE",
        "CREDSTREAM_ORDINAL",
        "CREDSTREAM_BATCH_SIZE",
        "CREDSTREAM_SASL_PASSWORD",
        "CREDSTREAM_DATABASE_URL",
        "CREDSTREAM_KEK",
        "CREDSTREAM_PSEUDONYM_KEY",
    ]
    assert "zz" not in str(caught.value)


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
