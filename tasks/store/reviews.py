"""Open questions to a person: the task token that resumes the execution, kept apart from the incident's record."""

from typing import Any

from tasks.store.items import Json, decode, encode


def ask(dynamo: Any, table: str, incident_id: str, *, token: str, plan_hash: str, expires_at: int) -> None:
    """Keep the question; `expires_at` in seconds since 1970."""
    question = {"pk": _key(incident_id), "token": token, "plan_hash": plan_hash, "expires_at": expires_at}
    dynamo.put_item(TableName=table, Item=encode(question))


def read(dynamo: Any, table: str, incident_id: str) -> Json | None:
    """The open question of an incident, or None."""
    found = dynamo.get_item(TableName=table, Key=encode({"pk": _key(incident_id)}), ConsistentRead=True).get("Item")
    return decode(found) if found else None


def _key(incident_id: str) -> str:
    return f"REVIEW#{incident_id}"
