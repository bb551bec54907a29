"""The session policy of a recovery: these actions on these resources, nothing else."""

import json
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter

from tasks.domain.arns import in_arn, partition
from tasks.domain.errors import Malformed
from tasks.domain.payload import Incident, Json, Step
from tasks.domain.planning import Actions, Permission

# STS: PackedPolicySize aside, an inline session policy is at most 2,048 characters.
MOST_CHARACTERS = 2048


def batches(
    incident: Incident, steps: Sequence[Step], actions: Actions, *, undo: bool
) -> list[tuple[str, tuple[Step, ...]]]:
    """Session policies (JSON text) with the steps that each serves: one, unless it would pass STS's limit.

    `actions` gives a resource type's.

    Malformed when a single step's policy passes it, shortened as well.
    """
    made: list[tuple[str, tuple[Step, ...]]] = []
    for step in steps:
        joined = (*made[-1][1], step) if made else (step,)
        text = document(incident, joined, actions, undo=undo)
        if made and len(text) <= MOST_CHARACTERS:
            made[-1] = (text, joined)
            continue
        text = document(incident, (step,), actions, undo=undo)
        if len(text) > MOST_CHARACTERS:  # the role itself is for one account and region
            text = text.replace(f":{incident.region}:{incident.account}:", ":*:*:")
        if len(text) > MOST_CHARACTERS:
            raise Malformed(f"the session policy of {step.action} on {step.resource.id} passes {MOST_CHARACTERS}")
        made.append((text, (step,)))
    return made


def document(incident: Incident, steps: Sequence[Step], actions: Actions, *, undo: bool) -> str:
    """The session policy for carrying out or undoing these steps, as compact JSON."""
    grouped: dict[str, Json] = {}
    for step in steps:
        action = actions(step.resource.type)[step.action]
        for permission in action.undo_permissions if undo else action.permissions:
            for statement in _statements(permission, incident, step):
                key = json.dumps({**statement, "Action": None})
                grouped.setdefault(key, {**statement, "Action": []})["Action"].append(permission.action)
    statements = [{**one, "Action": sorted(set(one["Action"]))} for one in grouped.values()]
    return json.dumps({"Version": "2012-10-17", "Statement": _joined(statements)}, separators=(",", ":"))


def _joined(statements: Sequence[Json]) -> list[Json]:
    """The statements, those that differ in nothing but their resource made one."""
    alike: dict[str, list[Json]] = {}
    for one in statements:
        alike.setdefault(json.dumps({**one, "Resource": None}), []).append(one)
    return [
        {**one, "Resource": [each["Resource"] for each in (one, *others)]} if others else one
        for one, *others in alike.values()
    ]


def _statements(permission: Permission, incident: Incident, step: Step) -> Iterator[Json]:
    known = {
        "partition": partition(incident.region),
        "region": incident.region,
        "account": incident.account,
        "id": in_arn(step.resource.type, step.resource.id),
    }
    conditions = {
        operator: {key: value.format(**known) for key, value in tests.items()}
        for operator, tests in (permission.conditions or {}).items()
    }
    for resource in _resources(permission.resource, known, step.target):
        yield {"Effect": "Allow", "Resource": resource} | ({"Condition": conditions} if conditions else {})


def _resources(template: str, known: Mapping[str, str], target: Json) -> list[str]:
    """The ARNs of a template, one for each value of the target that it names; no wildcard comes from a target."""
    named = [name for _, name, _, _ in Formatter().parse(template) if name and name not in known]
    if not named:
        return [template.format(**known)]
    values = target.get(named[0]) or []
    plain = [str(one) for one in ([values] if isinstance(values, str) else values) if not set("*?$") & set(str(one))]
    return [template.format(**known, **{named[0]: one}) for one in plain]
