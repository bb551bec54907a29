"""Plans that were only told or recorded: whether people did what they said."""

from tasks.domain.earning import Case
from tasks.domain.moment import iso, seconds
from tasks.domain.payload import Json, Resource
from tasks.resources import defined
from tasks.runtime.clients import client
from tasks.runtime.standing import earn
from tasks.store import snapshots
from tasks.store.items import DAY


def judge(patterns: str, table: str, resource: Resource, suggestion: Json, state: Json, now: float) -> None:
    """A resource that is where the plan would have led it proves the plan right; after a day it is no proof any more.

    Nobody is held to a suggestion, so that one which was not followed begins the count anew, and costs no level.
    """
    kind, target = defined.acting(resource.type, suggestion["action"]), suggestion["target"]
    tells = getattr(kind, "followed", None)
    followed = tells(client, resource, target, state) if tells else kind.reached(target, state)
    late = now - (seconds(suggestion["at"]) or 0.0) > DAY
    if not followed and not late:
        return
    incident = suggestion["incident"]
    case = Case(f"{incident}#SUGGESTED", incident, True if followed and not late else None, iso(now))
    earn(patterns, suggestion["issue"], [suggestion["environment"]], case)
    snapshots.drop_suggestion(client("dynamodb"), table, resource.arn, incident=incident)
