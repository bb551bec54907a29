"""The resources that opted in, whatever their type."""

from collections.abc import Iterator
from typing import Any

from tasks.domain.events import named_by, tagging_types
from tasks.domain.opting import TAG
from tasks.domain.payload import Resource
from tasks.runtime import tags


def opted_in(tagging: Any) -> Iterator[tuple[Resource, dict[str, str]]]:
    """Every managed resource of a known type, with its tags."""
    for arn, own in tags.managed(tagging, tagging_types()):
        if named := named_by(arn):
            yield Resource(*named, arn, own[TAG]), own
