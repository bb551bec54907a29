"""The parameters of a call as a flat list, and the policies that stand in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tasks.domain.exposure import document
from tasks.domain.understanding.words import key

MOST = 400
DEPTH = 8
_NAMES = ("key", "name", "attributename", "parametername", "settingid")
_VALUES = ("value", "attributevalue", "parametervalue", "settingvalue")
_OFF = ("false", "disabled", "disable", "suspended", "off", "inactive", "none")
_ON = ("true", "enabled", "enable", "on", "active")
Json = dict[str, Any]


@dataclass(frozen=True)
class Leaf:
    """`path` is every name that leads to the value, from the outside, each in one spelling."""

    path: tuple[str, ...]
    value: Any

    @property
    def name(self) -> str:
        return self.path[-1] if self.path else ""

    @property
    def off(self) -> bool:
        return self.value is not None and str(self.value).lower() in _OFF

    @property
    def on(self) -> bool:
        return str(self.value).lower() in _ON


def leaves(parameters: Json) -> tuple[Leaf, ...]:
    """At most 400 values; `{key: K, value: V}` is read as K with the value V, `{value: V}` as V."""
    return tuple(leaf for leaf, _ in zip(_walk(parameters, (), DEPTH), range(MOST), strict=False))


def policies(parameters: Json) -> Iterator[Json]:
    """The policies in the parameters, as objects or as text, URL-encoded text included."""
    yield from _policies(parameters, DEPTH)


def _walk(value: Any, path: tuple[str, ...], depth: int) -> Iterator[Leaf]:
    if depth == 0 or (isinstance(value, dict) and "Statement" in value):  # policies are read apart
        return
    if isinstance(value, dict):
        named = {key(str(name)): name for name in value}
        attribute = next((value[named[name]] for name in _NAMES if name in named), None)
        given = next((named[name] for name in _VALUES if name in named), None)
        for name, item in value.items():
            if name == given:
                here = (*path, key(attribute)) if isinstance(attribute, str) else path
            else:
                here = (*path, key(str(name)))
            yield from _walk(item, here, depth - 1)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, path, depth - 1)
    else:
        yield Leaf(path, value)


def _policies(value: Any, depth: int) -> Iterator[Json]:
    if isinstance(value, str):
        head = value[:200].lstrip()
        text = unquote(value) if head[:3].lower() == "%7b" else value
        value = document(text) if text.lstrip().startswith("{") else None
    if depth and isinstance(value, dict):
        if "Statement" in value:
            yield value
        for item in value.values():
            if isinstance(item, dict | list | str):
                yield from _policies(item, depth - 1)
    elif depth and isinstance(value, list):
        for item in value[:MOST]:
            if isinstance(item, dict | list | str):
                yield from _policies(item, depth - 1)
