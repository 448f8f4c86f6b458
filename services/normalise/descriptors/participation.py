"""Form of participation (M10) and schedule.

Sources write modes as schedules and schedules as modes, so each text is looked up as both.
"""

from __future__ import annotations

from typing import NamedTuple

from credstream.contract.records import Provider
from credstream.contract.values import Participation
from credstream.formats.shared.parsed import Parsed
from credstream.vocabularies import participation as forms
from services.normalise.descriptors.base import (
    WithOrigins,
    from_payload,
    look_up_all,
    shortened,
    unique,
    warning_about,
)

FIX = "write a form of the list, such as online or part-time; it is kept as text meanwhile"


class _Form(NamedTuple):
    """A term with the list that has it: mode or schedule."""

    code: str
    list: str


def participation(parsed: Parsed, _: Provider) -> WithOrigins[Participation | None]:
    stated = (*parsed.modes, *((parsed.schedule,) if parsed.schedule else ()))
    recognised, unrecognised = look_up_all(stated, _form)
    if not recognised and not unrecognised:
        return WithOrigins(None)
    # A credential has one schedule and may have several modes.
    schedules = unique(form.code for _, form in recognised if form.list == "schedule")
    described = Participation(
        modes=unique(form.code for _, form in recognised if form.list == "mode"),
        other=unique(shortened(value.raw) for value in unrecognised),
        schedule=schedules[0] if schedules else None,
    )
    return WithOrigins(
        described,
        (
            *(from_payload("participation", value, form.code) for value, form in recognised),
            *(from_payload("participation", value) for value in unrecognised),
        ),
        tuple(warning_about("participation.unrecognised", value, FIX) for value in unrecognised),
    )


def _form(text: str) -> _Form | None:
    mode = forms.mode(text)
    if mode is not None:
        return _Form(mode.code, "mode")
    schedule = forms.schedule(text)
    return _Form(schedule.code, "schedule") if schedule is not None else None
