"""A task's environment as a frozen dataclass, read when it is called, so that importing it needs none."""

import os
from dataclasses import fields
from typing import Any, TypeVar, cast

from tasks.domain.errors import MissingVariable

T = TypeVar("T")


def read(cls: type[T]) -> T:
    """The dataclass `cls` with each field from the variable of its name in capitals, as the field's type."""
    return cls(**{field.name: _value(field.name.upper(), field.type) for field in fields(cast(Any, cls))})


def _value(name: str, kind: Any) -> Any:
    try:
        return kind(os.environ[name])
    except KeyError:
        raise MissingVariable(f"the environment variable {name} is not set") from None
    except ValueError:
        raise MissingVariable(f"the environment variable {name} is no {kind.__name__}: {os.environ[name]!r}") from None
