"""What opens the breaker, and what a single provider can and cannot do to the house."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.runtime.breaker import FINE, REFUSED, SLOWEST_SECONDS, UNEXPECTED, WINDOW, Breaker


def noted(endings):
    breaker = Breaker()
    for outcome, provider in endings:
        breaker.note(outcome, provider)
    return breaker


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
    assert breaker.slowed() == {"rogue": SLOWEST_SECONDS}


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
