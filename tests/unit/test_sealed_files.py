import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract.identity import key as key_of
from credstream.contract.sealed_files import file_name, key_and_version


@given(st.text(), st.integers(min_value=1))
def test_the_key_and_version_are_read_back_from_a_file_name(identifier, version):
    key = key_of("DE", "festo-like", identifier)
    assert key_and_version(file_name(key, version)) == (key, version)


def test_a_colon_is_not_in_a_file_name():
    assert file_name("mc:de:1-2", 3) == "mc-de-1-2.v3.jsonld"


@pytest.mark.parametrize("name", ["one.jsonld", "mc-de-1.jsonld", "mc-de-1.vx.jsonld", ".part"])
def test_another_file_name_is_refused(name):
    with pytest.raises(ValueError, match=r"."):
        key_and_version(name)
