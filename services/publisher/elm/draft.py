"""What all parts of one document share: its main language, and ids for its objects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from credstream.contract.values import Definition, Text
from credstream.vocabularies import languages

Node = dict[str, object]

LAST_RESORT = "en"
# Ids are numbered by kind, and kinds are named as in the official samples.
_KINDS: Mapping[str, str] = {
    "Organisation": "org",
    "LearningAchievementSpecification": "learningAchievementSpec",
    "LearningActivitySpecification": "learningActivitySpec",
    "LearningAssessmentSpecification": "learningAssessmentSpec",
}
_EMPTY: tuple[object, ...] = (None, {}, [], ())


@dataclass(slots=True)
class Draft:
    """Numbers the objects of one document; the same calls in the same order give the same ids."""

    main: str
    numbers: Counter[str] = field(default_factory=Counter)

    def node(self, type_: str, **members: object) -> Node:
        """An object without its empty members; a list of one is written as that one."""
        kind = _KINDS.get(type_) or type_[0].lower() + type_[1:]
        self.numbers[kind] += 1
        own = {name: _single(value) for name, value in members.items() if value not in _EMPTY}
        return {"id": f"urn:epass:{kind}:{self.numbers[kind]}", "type": type_, **own}

    def text(self, texts: Text) -> dict[str, str]:
        """A text by the languages that the European list has; blank texts are left out.

        A text of unknown language gets the main language, unless there is another text in that:
        two texts in one language are no valid title.
        """
        known: dict[str, str] = {}
        # "~" sorts after all codes, so that a text of unknown language comes last.
        for code, tag in sorted((languages.language(tag) or "~", tag) for tag in texts):
            if texts[tag].strip():
                known.setdefault(self.main if code == "~" else code, texts[tag])
        return known

    def note(self, texts: Text) -> Node | None:
        literal = self.text(texts)
        return self.node("Note", noteLiteral=literal) if literal else None

    def best(self, texts: Text) -> str:
        """The text in the main language, else in English, else in the first by code."""
        known = self.text(texts)
        order = (self.main, LAST_RESORT, *known)
        return next((known[code] for code in order if code in known), "")


def main_language(definition: Definition) -> str:
    """The language that texts of unknown language get, because no reader shows `und`.

    It is the definition's own; else the one of its title, English before others; else the first
    language of instruction; else English.
    """
    title = sorted(definition.title, key=lambda tag: (tag != LAST_RESORT, tag))
    stated = (definition.language or "", *title, *definition.languages)
    return next((code for each in stated if (code := languages.language(each))), LAST_RESORT)


def _single(value: object) -> object:
    if isinstance(value, list | tuple):
        return value[0] if len(value) == 1 else list(value)
    return value
