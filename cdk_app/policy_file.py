"""policy.yaml, read and checked: a bad policy never deploys."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import jsonschema
import yaml

from tasks import resources
from tasks.domain.events import DRIFT, FAULTS
from tasks.domain.kinds import Rule
from tasks.domain.policy import least
from tasks.domain.rules import RULES

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "policy.schema.json"


def _types(rule: Rule) -> set[str]:
    """The types of resource that a rule's issue is about."""
    told = {kind.resource_type for kind in FAULTS if kind.name in rule.events}
    return ({rule.seen_on} if rule.seen_on else told) - {""}


_RULES = [rule for rule in RULES if DRIFT not in rule.events]
# Issue class -> the types of resource that it is about.
TYPES_OF = {rule.issue: set().union(*(_types(one) for one in _RULES if one.issue == rule.issue)) for rule in _RULES}
# Issue class -> the actions that can answer it: those of its types of resource and those of any type.
ANSWERS = {issue: {action for one in types for action in resources.actions(one)} for issue, types in TYPES_OF.items()}


class BadPolicy(Exception):
    """One line for each fault: which file, which path in it, what is wrong."""


def read(path: Path = ROOT / "policy.yaml") -> dict[str, Any]:
    """The document of a policy file. Raises BadPolicy unless it fits the schema and names what the agent knows."""
    try:
        document = yaml.load(path.read_text(), Loader=_Strict)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise BadPolicy(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadPolicy(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if faults := list(_misfits(document)) or list(_unknown(document)):
        raise BadPolicy("\n".join(f"{path}: {fault}" for fault in faults))
    return dict(document)


def _misfits(document: Any) -> Iterator[str]:
    """What the schema says against the document, in the order of the paths."""
    checker = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    for one in sorted(checker.iter_errors(document), key=lambda error: [str(part) for part in error.absolute_path]):
        yield f"{'.'.join(map(str, one.absolute_path)) or 'the document'}: {one.message}"


def _unknown(document: dict[str, Any]) -> Iterator[str]:
    """The names in a document of the right form that the agent does not know, or not together."""
    for issue, recovery in document["recover"].items():
        if issue not in ANSWERS:
            yield f"recover.{issue}: no such issue; known are {', '.join(sorted(ANSWERS))}"
            continue
        known, path = ", ".join(sorted(ANSWERS[issue])), f"recover.{issue}"
        for answer in _chain(recovery):
            if answer["action"] not in ANSWERS[issue]:
                yield f"{path}.action: {answer['action']} does not answer it; {known} would"
            path += ".otherwise"
        for one in recovery.get("alternatives", ()):
            path = f"recover.{issue}.alternatives"
            if one["action"] not in ANSWERS[issue] - {recovery["action"]}:
                yield f"{path}: {one['action']} is no alternative; of {known} others would be"
            elif least([one["autonomy"], recovery["autonomy"]]) != one["autonomy"]:
                yield f"{path}: {one['action']} may not go further than {recovery['action']}: {recovery['autonomy']}"
    for window in document.get("maintenance", {}).get("windows", ()):
        zone = window.get("timezone", "UTC")
        if zone not in available_timezones():
            yield f"maintenance.windows: {window['name']}: no time zone {zone}; IANA names are known (Europe/Berlin)"
    every = set().union(*ANSWERS.values())
    for action in document.get("deny", {}).get("actions", ()):
        if action not in every:
            yield f"deny.actions: no action {action}; known are {', '.join(sorted(every))}"


def _chain(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An answer and what answers otherwise."""
    yield answer
    if "otherwise" in answer:
        yield from _chain(answer["otherwise"])


class _Strict(yaml.SafeLoader):
    """YAML takes the last of two equal keys, which would drop half of a deny list without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for position, key in enumerate(keys):
            if key in keys[:position]:
                raise yaml.MarkedYAMLError(
                    problem=f"{key!r} stands twice", problem_mark=node.value[position][0].start_mark
                )
        return super().construct_mapping(node, deep)
