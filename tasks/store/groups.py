"""Groups: which members are under repair, so that never too many are at once. One item a group.

Its members are those of live claims, each with its execution and redrive count as the locks have them.
"""

from collections.abc import Callable
from typing import Any

from tasks.domain import guards
from tasks.domain.payload import Incident
from tasks.store.items import Json, decode, encode
from tasks.store.transactions import tries


def named(incident: Incident) -> tuple[str, ...]:
    """The groups of an incident's resources, each once."""
    return tuple(dict.fromkeys(one.group for one in incident.resources if one.group))


def read(dynamo: Any, table: str, group: str) -> Json:
    """What is known of a group: `members`, `most` and `version`; empty if nothing is."""
    return decode(dynamo.get_item(TableName=table, Key=_key(group), ConsistentRead=True).get("Item", {}))


def crowded(
    incident: Incident, group: str, known: Json, *, most: int, execution: str, is_live: Callable[[str], bool]
) -> dict[str, str]:
    """ARN to why, of the incident's members of the group that find no room beside those under repair.

    A resource that is under repair already takes no second place: its lock decides. Whose execution has ended without
    leaving takes none.
    """
    ours = [one.arn for one in incident.resources if one.group == group]
    others = [one for one in known.get("members", []) if one["execution"] != execution and one["arn"] not in ours]
    if len(ours) + len(others) > most:
        live = {one: is_live(one) for one in {other["execution"] for other in others}}
        others = [one for one in others if live[one["execution"]]]
    why = f"{guards.GROUP_BUSY}: of {group} at most {most} may be under repair at once, {len(others)} are"
    return dict.fromkeys(ours[max(0, most - len(others)) :], why)


def take(table: str, incident: Incident, group: str, known: Json, *, most: int, execution: str, redrive: int) -> Json:
    """The write that makes the incident's resources members, on condition that nobody changed the group since."""
    ours = [one.arn for one in incident.resources if one.group == group]
    others = [one for one in known.get("members", []) if one["execution"] != execution and one["arn"] not in ours]
    members = others + [{"arn": arn, "execution": execution, "redrive": redrive} for arn in ours]
    return {"Put": {"TableName": table, **_unchanged(group, known, members, most)}}


def refuse(table: str, group: str) -> Json:
    """A check that fails, so that nothing is claimed and the rest of the transaction tells what else is against it."""
    return {
        "ConditionCheck": {
            "TableName": table,
            "Key": _key(group),
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(pk)",
        }
    }


def leave(dynamo: Any, table: str, incident: Incident, *, execution: str, redrive: int) -> None:
    """End the execution's memberships, but those that it took at a later redrive than `redrive`."""
    for group in named(incident):
        for _ in tries():
            known = read(dynamo, table, group)
            members = [one for one in known.get("members", []) if not _of(one, execution, redrive)]
            if members == known.get("members", []):
                break
            try:
                dynamo.put_item(TableName=table, **_unchanged(group, known, members, known["most"]))
            except dynamo.exceptions.ConditionalCheckFailedException:
                continue
            break


def _of(member: Json, execution: str, redrive: int) -> bool:
    return bool(member["execution"] == execution and member["redrive"] <= redrive)


def _unchanged(group: str, known: Json, members: list[Json], most: int) -> Json:
    version = known.get("version", 0)
    return {
        "Item": _key(group) | encode({"members": members, "most": most, "version": version + 1}),
        "ConditionExpression": "attribute_not_exists(pk) OR version = :read",
        "ExpressionAttributeValues": encode({":read": version}),
    }


def _key(group: str) -> Json:
    return encode({"pk": f"GROUP#{group}"})
