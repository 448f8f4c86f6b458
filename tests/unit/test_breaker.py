"""What opens the breaker, and what a single provider can and cannot do to the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.process import timeouts
from credstream.runtime.breaker import FINE, REFUSED, UNEXPECTED, WINDOW, Breaker


def noted(endings):
    breaker = Breaker()
    for outcome, provider in endings:
        breaker.note(outcome, provider)
    return breaker


def test_a_hundred_unexpected_in_a_row_open_it_and_ninety_nine_do_not():
    assert noted([(UNEXPECTED, "a")] * 99).reason() is None
    assert noted([(UNEXPECTED, "a")] * 100).reason()
    broken = [*[(UNEXPECTED, "a")] * 99, (FINE, "a"), *[(UNEXPECTED, "a")] * 99]
    assert noted(broken).reason() is None


def test_five_in_a_hundred_of_the_last_thousand_open_it():
    mixed = [(UNEXPECTED if n % 20 == 0 else FINE, "a") for n in range(WINDOW)]
    assert noted(mixed).reason()
    rarer = [(UNEXPECTED if n % 21 == 0 else FINE, "a") for n in range(WINDOW)]
    assert noted(rarer).reason() is None


def test_refusals_open_it_only_when_three_providers_share_them():
    assert noted([(REFUSED, name) for _ in range(40) for name in "abc"]).reason()
    assert noted([(REFUSED, name) for _ in range(200) for name in "ab"]).reason() is None
    assert noted([(REFUSED, "a")] * 1000).reason() is None


def test_one_provider_that_is_refused_again_and_again_is_slowed_more_and_more():
    assert noted([(REFUSED, "a")] * 99).slowed() == {}
    pauses = [noted([(REFUSED, "a")] * count).slowed()["a"] for count in (100, 200, 300, 5000)]
    assert pauses == sorted(pauses)
    assert 0 < pauses[0] < pauses[-1] <= timeouts.LONGEST_SLOWDOWN_SECONDS
    assert noted([*[(REFUSED, "a")] * 300, (FINE, "a")]).slowed() == {}
    assert set(noted([*[(REFUSED, "a")] * 100, (FINE, "b")]).slowed()) == {"a"}


@pytest.mark.parametrize("others", [0, 1, 10, 16])
def test_one_rogue_beside_the_few_refusals_of_others_stops_nobody(others):
    """Somebody is always refused now and then; that must not lend a rogue two accomplices."""
    few = [(REFUSED, name) for _ in range(others) for name in "bc"]
    fine = [(FINE, f"p{n}") for n in range(100)]
    breaker = noted([*fine, *few, *[(REFUSED, "rogue")] * (WINDOW - len(fine) - len(few))])
    assert breaker.reason() is None
    assert set(breaker.slowed()) == {"rogue"}


def test_a_deployment_that_refuses_everybody_opens_it_whoever_sends_most():
    everybody = [(REFUSED, "large" if n % 10 else f"small{n % 4}") for n in range(WINDOW)]
    assert "providers at once" in noted(everybody).reason()


def test_providers_that_are_refused_without_a_name_are_no_crowd():
    assert noted([(REFUSED, None)] * WINDOW).reason() is None
    assert noted([(REFUSED, None)] * WINDOW).slowed() == {}


def test_a_provider_that_is_refused_for_days_is_still_only_slowed():
    breaker = noted([(REFUSED, "rogue")] * 250_000)
    assert breaker.slowed() == {"rogue": timeouts.LONGEST_SLOWDOWN_SECONDS}


def test_refusals_that_left_the_window_are_forgotten():
    bad = [(REFUSED, f"p{n % 5}") for n in range(99)]
    breaker = noted([*bad, *[(FINE, "p1")] * WINDOW])
    assert breaker.reason() is None
    assert breaker._refused.hits == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from([FINE, REFUSED, UNEXPECTED]), st.sampled_from(["a", "b"]), st.integers(1, 700)
        ),
        max_size=8,
    )
)  # fmt: skip
def test_counts_are_those_of_the_window_and_two_providers_never_open_it_by_refusals(runs):
    endings = [(outcome, name) for outcome, name, times in runs for _ in range(times)]
    breaker = noted(endings)
    last = endings[-WINDOW:]
    for kind, window in ((REFUSED, breaker._refused), (UNEXPECTED, breaker._unexpected)):
        assert window.hits == sum(outcome == kind for outcome, _ in last)
    assert breaker.reason() in (None, "too many messages failed unexpectedly")
