"""Answers that were recorded, and what is said of those that were not."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

V = TypeVar("V")


class NotRecorded(Exception):
    """Something that a decision needs and that was not asked when the incident was decided; says what."""

    @classmethod
    def fix(cls, action: str, issue: str) -> "NotRecorded":
        return cls(f"how often {action} was proven to help with {issue}")


class Answers(Mapping[str, V]):
    """What was recorded by name; who asks for anything else learns that it was not."""

    def __init__(self, found: Mapping[str, V], what: str) -> None:
        self._found, self._what = found, what

    def __getitem__(self, name: str) -> V:
        if name not in self._found:
            raise NotRecorded(self._what.format(name))
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
