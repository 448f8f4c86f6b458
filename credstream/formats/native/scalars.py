"""Readers for fields with one value: codes, numbers, texts and counts.

`expected` completes the sentence "expected …" in a warning; `is_valid` is the schema's rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from credstream.formats.native.base import ReadReport, check_type, is_blank, printable_name
from credstream.formats.shared.parsed import Value

LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class CodeField:
    """A code, a date or an identifier: a text, although a number is read too."""

    expected: str
    is_valid: Callable[[Any], bool]

    def read(self, raw: Any, path: str, report: ReadReport) -> Value | None:
        check_type(raw, (str, int, float), path, self.expected)
        if is_blank(raw) or not self.is_valid(raw):
            report.add_violation(path, f"expected {self.expected}")
        return None if is_blank(raw) else Value(str(raw), path)


@dataclass(frozen=True, slots=True)
class ScalarField:
    """A number or a truth value; another value of the `types` is kept as it is written."""

    expected: str
    types: tuple[type, ...]
    is_valid: Callable[[Any], bool]

    def read(self, raw: Any, path: str, report: ReadReport) -> Value | None:
        check_type(raw, self.types, path, self.expected)
        if not self.is_valid(raw):
            report.add_violation(path, f"expected {self.expected}")
        return None if is_blank(raw) else Value(raw, path)


@dataclass(frozen=True, slots=True)
class TextField:
    """A text, or a map of language to text."""

    expected: str = "a text or a map of language to text"

    def read(self, raw: Any, path: str, report: ReadReport) -> Value | None:
        check_type(raw, (str, dict), path, self.expected)
        if isinstance(raw, dict):
            return self._read_map(raw, path, report)
        if is_blank(raw):
            report.add_violation(path, f"expected {self.expected}")
            return None
        return Value(raw, path)

    def _read_map(self, raw: Mapping[str, Any], path: str, report: ReadReport) -> Value | None:
        for tag, text in raw.items():
            text_path = f"{path}.{printable_name(tag)}"
            check_type(text, (str, type(None)), text_path, "a text")
            if not LANGUAGE_TAG.fullmatch(tag) or text is None or is_blank(text):
                report.add_violation(text_path, "expected a language tag and a text")
        if not raw:
            report.add_violation(path, f"expected {self.expected}")
        texts = {tag: text for tag, text in raw.items() if text and not is_blank(text)}
        return Value(texts, path) if texts else None


@dataclass(frozen=True, slots=True)
class CountField:
    """A number of things, or an array of them that is only counted."""

    expected: str = "an array or a whole number"

    def read(self, raw: Any, path: str, report: ReadReport) -> int:
        check_type(raw, (list, int), path, self.expected)
        if isinstance(raw, list):
            return len(raw)
        if raw < 0:
            report.add_violation(path, f"expected {self.expected}")
        return max(int(raw), 0)
