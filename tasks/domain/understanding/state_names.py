"""What a service's own event is about: by the table of subjects, else by the field that is called as the event is."""

from collections.abc import Iterator
from typing import Any

from tasks.domain.understanding.arns import of_arn, spelled
from tasks.domain.understanding.call_names import PARAMETERS, type_of
from tasks.domain.understanding.subjects import PREFIXES, SUBJECTS
from tasks.domain.understanding.words import says, spoken, words

Json = dict[str, Any]
Named = tuple[str, str]
MOST = 30

# Ends of fields that name something, the surest first; and what such a field is about when it names no resource.
ENDS = ("arn", "id", "identifier", "name")
PASSING = spoken("request execution activity account token detector detection run hook event correlation")


def named(event: Json) -> list[Named]:
    """The types and ids of the resources of a service's own event, without AWS's list of them."""
    source, kind, detail = str(event.get("source", "")), str(event.get("detail-type", "")), event["detail"]
    paths = SUBJECTS.get((source, kind)) or SUBJECTS.get((source, "")) or ()
    found = [_typed(one, kind) for path, kind in paths for one in _at(detail, path.split("."))]
    if found:
        return found
    if isinstance(detail.get("resourceType"), str) and isinstance(detail.get("resourceId"), str):
        return [(detail["resourceType"], detail["resourceId"])]
    return _by_field(source.removeprefix("aws."), words(kind), detail)


def _by_field(service: str, said: tuple[str, ...], detail: Json) -> list[Named]:
    """The field that is called as the event is, or simply the resource, else the first that names anything."""
    fields = []
    for name, value in detail.items():
        *stem, end = words(str(name)) or ("",)
        passing = end != "arn" and PASSING & set(stem)
        if end in ENDS and isinstance(value, str) and value and not passing:
            meant = stem and (stem == ["resource"] or says(said, stem[-1]))
            fields.append((not meant, ENDS.index(end), stem, value))
    if not fields:
        return []
    _, _, stem, value = min(fields, key=lambda one: one[:2])
    known = next((name for name in ("".join([*stem, end]) for end in ENDS) if name in PARAMETERS), "")
    of_type = type_of(known, service) if known else ""
    return [_typed(value, of_type or f"AWS::{spelled(service)}::{''.join(stem).capitalize() or 'Resource'}")]


def _typed(name: str, of_type: str) -> Named:
    """By the ARN where it is one, else as the table says, else by the id's own prefix."""
    by_prefix = PREFIXES.get(name.split("-", 1)[0], "AWS::Unknown::Resource")
    return of_arn(name) or (of_type or by_prefix, name)


def _at(value: Any, path: list[str]) -> Iterator[str]:
    """The texts at a path; every item of a list counts."""
    if isinstance(value, list):
        for item in value[:MOST]:
            yield from _at(item, path)
    elif path and isinstance(value, dict):
        yield from _at(value.get(path[0]), path[1:])
    elif not path and isinstance(value, str) and value:
        yield value
