"""What earlier incidents teach: counts and rates of the same issue, and what recurs."""

from collections import Counter
from collections.abc import Sequence

from tasks.domain.moment import seconds
from tasks.domain.outcome import CHANGED, FAILED
from tasks.domain.payload import Json
from tasks.domain.recurrence import Pattern, in_words

SHOWN = ("what", "count", "healed", "failed")


def similar(records: Sequence[Json], issue: str, recurred: Json, found: Sequence[Pattern] = ()) -> Json:
    """Of the newest incidents of a resource type: how many had this issue, how many healed, how fast (seconds).

    `recurred` is this very resource's count of the issue, `found` are the habits of it there.
    """
    alike = [one for one in records if one.get("issue") == issue]
    healed = [one for one in alike if one["workflow_state"] in CHANGED]
    failed = [one for one in alike if one["workflow_state"] == FAILED]
    actors = Counter(who for one in alike if (who := _actor(one)))
    times = [_seconds(one["timestamp"], one["closed_at"]) for one in healed if one.get("closed_at")]
    return {
        "incidents": len(alike),
        "healed": len(healed),
        "failed": len(failed),
        "success_rate": round(len(healed) / len(healed + failed), 2) if healed or failed else None,
        "mean_seconds": round(sum(times) / len(times), 1) if times else None,
        "common_cause": _common(actors),
        "on_this_resource": int(recurred.get("seen", 0)),
        "recurs": in_words(found),
        # Of each kind the most frequent, which comes first.
        "patterns": {one.by: {name: getattr(one, name) for name in SHOWN} for one in reversed(found)},
    }


def _common(actors: Counter[str]) -> Json | None:
    """Who did it most often, if more than once. Taken from the events: what a model once said feeds no other answer."""
    (who, times), *_ = actors.most_common(1) or [("", 0)]
    return {"actor": who, "incidents": times} if times > 1 else None


def _actor(record: Json) -> str:
    actor = record.get("incident", {}).get("actor") or {}
    return str(actor.get("arn") or actor.get("invoked_by") or "")


def _seconds(start: str, end: str) -> float:
    return (seconds(end) or 0.0) - (seconds(start) or 0.0)
