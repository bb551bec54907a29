"""How large the deployed functions are."""

import io
import urllib.request
import zipfile
from dataclasses import dataclass

from bench.stand import Stand


@dataclass(frozen=True)
class Size:
    """A package in bytes, and the functions that consist of it."""

    zipped: int
    unzipped: int
    functions: tuple[str, ...]


def measure(stand: Stand) -> list[Size]:
    """Every package that is deployed."""
    by_hash: dict[str, list[str]] = {}
    for one in stand.functions():
        by_hash.setdefault(one["CodeSha256"], []).append(one["FunctionName"])
    return [_size(stand, names) for names in by_hash.values()]


def package(stand: Stand, function: str) -> bytes:
    """The zip file of a deployed function."""
    location = stand.lambdas.get_function(FunctionName=function)["Code"]["Location"]
    with urllib.request.urlopen(location, timeout=30) as answer:  # noqa: S310 - the engine's own address
        return bytes(answer.read())


def _size(stand: Stand, functions: list[str]) -> Size:
    content = package(stand, functions[0])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unzipped = sum(one.file_size for one in archive.infolist())
    return Size(len(content), unzipped, tuple(functions))
