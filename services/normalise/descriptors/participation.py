"""Form of participation (M10) and schedule; sources put the one where the other belongs."""

from __future__ import annotations

from typing import NamedTuple

from credstream.contract.records import Provider
from credstream.contract.values import Participation
from credstream.formats.shared.parsed import Parsed
from credstream.vocabularies import participation as forms
from services.normalise.descriptors.base import (
    Finding,
    doubt,
    from_payload,
    shown,
    sort_out,
    unique,
)

FIX = "write a form of the list, such as online or part-time; it is kept as text meanwhile"


class _Form(NamedTuple):
    code: str
    of: str


def participation(parsed: Parsed, _: Provider) -> Finding[Participation | None]:
    given = (*parsed.modes, *((parsed.schedule,) if parsed.schedule else ()))
    recognised, strange = sort_out(given, _form)
    if not recognised and not strange:
        return Finding(None)
    schedules = unique(form.code for _, form in recognised if form.of == "schedule")
    found = Participation(
        modes=unique(form.code for _, form in recognised if form.of == "mode"),
        other=unique(shown(value.raw) for value in strange),
        schedule=schedules[0] if schedules else None,
    )
    return Finding(
        found,
        (
            *(from_payload("participation", value, form.code) for value, form in recognised),
            *(from_payload("participation", value) for value in strange),
        ),
        tuple(doubt("participation.unrecognised", value, FIX) for value in strange),
    )


def _form(text: str) -> _Form | None:
    mode = forms.mode(text)
    if mode is not None:
        return _Form(mode.code, "mode")
    schedule = forms.schedule(text)
    return _Form(schedule.code, "schedule") if schedule is not None else None
