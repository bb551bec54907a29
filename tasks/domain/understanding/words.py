"""Names as words: `DeleteFlowLogs`, `mfa-delete` and `dBInstanceIdentifier` in one spelling, hostile ones included."""

import re
from functools import lru_cache

_ACRONYM = re.compile(r"([A-Z]+)([A-Z][a-z])")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_CALL = re.compile(r"([A-Z][A-Za-z]*?)(?:\d{8}(?:v\d)?)?")


def spoken(text: str) -> frozenset[str]:
    """The words of a list in one text."""
    return frozenset(text.split())


@lru_cache(2048)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in small letters, digits left out. An acronym is one: SSHPublicKey begins with ssh."""
    return tuple(one.lower() for one in _WORD.findall(_ACRONYM.sub(r"\1 \2", name[:200])))


@lru_cache(2048)
def call_words(name: str) -> tuple[str, ...]:
    """The words of an operation's name as CloudTrail spells it, Lambda's dates left out; none for what is no name."""
    found = _CALL.fullmatch(name[:200])
    return words(found[1]) if found else ()


@lru_cache(2048)
def key(name: str) -> str:
    """A parameter's name without its spelling: `x-amz-acl`, `XAmzAcl` and `xAmzAcl` are one."""
    return "".join(words(name))


def says(spoken: tuple[str, ...], phrase: str) -> bool:
    """Whether the words of `phrase` stand in `spoken` one after the other; a plural counts."""
    return f" {phrase} " in f" {' '.join(spoken)} " or f" {phrase}s " in f" {' '.join(spoken)} "
