"""Normal forms of Unicode take time in proportion to the text, and are Unicode's own."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.vocabularies.text import LONGEST, MOST_MARKS, normalised
from tests.support import effort

MARKS = "\u0301\u0323\u0f73\uff9e\u093c"
FORMS = ("NFKC", "NFKD")


@pytest.mark.parametrize("form", FORMS)
@given(st.text(st.sampled_from("aé ﬁ가か" + MARKS), max_size=40))
def test_a_text_with_few_marks_together_has_unicodes_normal_form(form, text):
    long = f"{text} " * (LONGEST // (len(text) + 1) + 2)
    runs = max(map(len, "".join(" " if c not in MARKS else c for c in long).split()), default=0)
    if runs <= MOST_MARKS:
        assert normalised(form, long) == unicodedata.normalize(form, long)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("run", ["\u0301\u0323", "\u0f73", "\uff9e\u093c", "\u0301"])
def test_a_mebibyte_of_marks_is_no_work(form, run):
    """Python alone takes minutes for it: no call is made that could be counted."""
    with effort.given_up_after(10.0):
        assert normalised(form, "a" + run * 100_000 + "\u0323" * 100_000)
