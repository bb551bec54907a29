"""One incident's record as a story: when, what, and why, in the order in which it happened."""

import json
from collections.abc import Iterator

from tasks.domain.moment import iso
from tasks.domain.payload import Json
from tasks.domain.text import clean, inert, said
from tasks.domain.wording import MEANING, answer, remarks
from tasks.store.incidents import BLOCKED, FAILED, OPEN

Line = tuple[str, str, str]
NEWEST = 5


def outcome(record: Json) -> str:
    """How the incident ended, or where it stands; a block by its reason."""
    return str(record["blocked"]["reason"] if record["workflow_state"] == BLOCKED else record["workflow_state"])


def about(record: Json) -> str:
    """The issue class, or the event where there is no issue."""
    issue = record.get("analysis", {}).get("issue", "none")
    return inert(record["incident"]["event"] if issue == "none" else issue)


def lines(record: Json, *, execution_status: str) -> Iterator[Line]:
    """(time, what, text) from detection to the end; `execution_status` is empty for what is closed.

    Nothing in it renders or moves a cursor, whatever the event brought.
    """
    yield from _detected(record)
    yield from _analyzed(record.get("analysis"))
    yield from _planned(record)
    if record["workflow_state"] != FAILED:
        yield from _failed(record, "failed before")
    yield from _saved(record.get("evidence"))
    yield from _acted(record)
    yield from _ended(record, execution_status)


def _detected(record: Json) -> Iterator[Line]:
    incident = record["incident"]
    actor = incident.get("actor") or {}
    who = actor.get("arn") or actor.get("invoked_by") or actor.get("kind") or "unknown"
    refused = f", refused: {incident['error']}" if incident.get("error") else ""
    yield _short(incident["time"]), "event", inert(f"{incident['source']} {incident['event']}, by {who}{refused}")
    for one in incident["resources"]:
        tagged = f", tagged {one['autonomy']}" if one["autonomy"] else ""
        yield "", "resource", inert(f"{one['type']} {one['id']}{tagged}", 1200)
    for one in incident.get("others", []):
        yield "", "about", inert(f"{one['type']} {one['id']}", 1200)
    for arn, why in incident.get("dropped", {}).items():
        yield "", "left out", inert(f"{arn}: {why}", 1200)
    yield _short(record["timestamp"]), "recorded", f"incident {record['incident_id']}"


def _analyzed(analysis: Json | None) -> Iterator[Line]:
    if not analysis:
        return
    yield (
        "",
        "analyzed",
        f"{analysis['classification']}, {inert(analysis['issue'])}: severity {analysis['severity']}, "
        f"confidence {analysis['confidence']:.2f}, decided by {inert(analysis['adviser'])}",
    )
    yield "", "because", inert(analysis["reason"], 600)
    if why := analysis.get("certainty", {}).get("why"):
        yield "", "confidence", inert(why, 600)
    if analysis["root_cause"]:
        yield "", "root cause", inert(analysis["root_cause"])
    similar = analysis.get("similar") or {}
    if similar.get("incidents"):
        told = f"{similar['incidents']} like it, {similar['healed']} healed, {similar['failed']} failed"
        yield "", "history", f"{told}; {similar['on_this_resource']} on this resource"
    if similar.get("recurs"):
        yield "", "recurs", inert(similar["recurs"], 600)


def _planned(record: Json) -> Iterator[Line]:
    plan, review = record.get("plan"), record.get("review")
    if plan:
        yield "", "planned", f"{plan['autonomy']}: {inert(plan['reason'], 600)}"
        for step in plan["steps"]:
            yield "", "step", f"{step['action']} on {inert(step['resource']['id'])} (undo: {step['undo']})"
            if step.get("lost"):
                yield "", "lost", step["lost"]
    if record["workflow_state"] == "WAITING_FOR_REVIEW":
        yield "", "asked", f"aiops approve {record['incident_id']} or aiops deny; no answer means no"
    if review:
        yield "", "answered", inert(answer(review), 600)


def _saved(evidence: Json | None) -> Iterator[Line]:
    """The newest lines of what was saved before anything was changed; --json has all that was kept."""
    if not evidence:
        return
    when = _short(evidence["at"])
    for arn, sources in evidence["resources"].items():
        for source, lines in sources.items():
            yield when, "saved", inert(f"{source} of {arn}: {len(lines)} lines", 1200)
            yield from (("", "", inert(line)) for line in lines[-NEWEST:])
    yield from ((when, "not saved", inert(why, 600)) for why in evidence["missing"])


def _acted(record: Json) -> Iterator[Line]:
    recovery, verification = record.get("recovery"), record.get("verification")
    if recovery:
        when = _short(iso(recovery["restored_at"])) if "restored_at" in recovery else ""
        for step in recovery["steps"]:
            yield when, "done", f"{step['action']} on {inert(step['resource'], 1200)}"
            yield from (("", "changed", text) for text in _changes(step["before"] or {}, step["after"] or {}))
        if recovery.get("why"):
            yield "", "not done", inert(recovery["why"], 600)
    if verification:
        wrong = "; ".join(f"{arn}: {why}" for arn, why in verification["wrong"].items())
        told = f"but {inert(wrong, 1200)}" if wrong else "every resource is healthy"
        yield _short(iso(verification["checked_at"])), "verified", f"{verification['outcome']}: {told}"
        yield from (("", what, inert(text, 1200)) for what, text in remarks(verification))


def _changes(before: Json, after: Json) -> Iterator[str]:
    """What differs, by name. Not made inert but clean: a policy's stars and addresses are what is to be seen."""
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            old, new = (clean(json.dumps(state.get(name), sort_keys=True), 500) for state in (before, after))
            yield f"{clean(name)}: {old} -> {new}"


def _ended(record: Json, execution_status: str) -> Iterator[Line]:
    ended = outcome(record)
    closed = "" if record["workflow_state"] in OPEN else _short(record.get("closed_at", ""))
    if "blocked" in record:
        yield "", "blocked", f"{inert(record['blocked']['reason'])}: {inert(record['blocked']['why'], 1200)}"
    if record["workflow_state"] == FAILED:
        yield from _failed(record, "failed")
        yield "", "to do", f"once the cause is gone: aiops rerun {record['incident_id']}"
    if record["workflow_state"] in OPEN:
        yield "", "now", f"{ended}, the execution is {execution_status}"
    else:
        yield closed, "ended", f"{inert(ended)}: {MEANING.get(ended, 'nothing was changed')}"


def _failed(record: Json, what: str) -> Iterator[Line]:
    if failure := record.get("failure"):
        yield "", what, f"{failure['status']}, {inert(failure['error'])}: {inert(said(failure['cause']), 1000)}"


def _short(time: str) -> str:
    """To the second: 2026-01-31 12:00:00."""
    return inert(time)[:19].replace("T", " ")
