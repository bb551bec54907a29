"""What messages and the command say alike of an outcome, an answer, a proof, and where an execution is to be seen."""

from collections.abc import Iterator

from tasks.domain.payload import Json

MEANING = {
    "VERIFIED": "done, and proven healthy",
    "PARTIAL": "some of the resources are healthy again, some are not",
    "LOOKED": "what could be seen was saved, nothing was healed: it needs you",
    "VERIFIED_WITH_SIDE_EFFECTS": "restored and healthy, but other alarms ring since: look at them",
    "ANOMALY": "unusual, nothing to restore: look at it",
    "HEALTHY": "nothing is wrong any more",
    "SHADOW": "a plan was made and recorded, nothing was changed: it has yet to earn more",
    "TOLD": "nothing was changed: it is yours",
    "DENIED": "a person said no: nothing was changed",
    "EXPIRED": "nobody answered in time, which means no: nothing was changed",
    "FAILED": "not healed: it needs you",
    "KILL_SWITCH": "the kill switch is on: nothing was changed",
    "RESOURCE_BUSY": "another incident holds the resource: nothing was changed",
    "RATE_LIMITED": "too many incidents within the hour: nothing was changed",
    "GROUP_BUSY": "enough of its group is under repair: nothing was changed, the sweep brings it back",
    "RECURRING": "it keeps coming back, so healing would only hide the fault: nothing was changed, find the cause",
    "STORM": "many alike at once: nothing was changed, find the common cause; the others are recorded, not told",
    "REVIEW": "waiting for your answer",
    "UNMANAGED": "nobody asked the agent to look after it: nothing was changed",
    "UNKNOWN_EVENT": "not of a kind that the agent can restore: nothing was changed",
    "UNDELIVERABLE": "the event could not start an execution",
}


def console(execution: str) -> str:
    """The execution's page in the Step Functions console, in the region of its ARN: an event's own may be anything."""
    region = execution.split(":")[3]
    return f"https://{region}.console.aws.amazon.com/states/home?region={region}#/v2/executions/details/{execution}"


def answer(review: Json) -> str:
    """Who decided what about a plan."""
    why = f": {review['why']}" if review.get("why") else ""
    left_out = f", without {', '.join(review['left_out'])}" if review.get("left_out") else ""
    return f"{review['decision']}, by {review.get('by', 'nobody')}{why}{left_out}"


def remarks(verification: Json) -> Iterator[tuple[str, str]]:
    """What a verification left open: (what, text) of alarms that ring since, and of what nobody knows."""
    rung = verification.get("alarms") or {}
    for where in ("near", "elsewhere"):
        if rung.get(where):
            yield "rings", f"since the restore, {where}: {', '.join(rung[where])}"
    if rung.get("more"):
        yield "rings", "and there are more alarms than could be looked at"
    if verification.get("unknown"):
        yield "unknown", verification["unknown"]
