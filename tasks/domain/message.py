"""What people are told: one message with the whole timeline, in plain text.

Everything that came from an event or from the model is made inert first; parameter values never get this far.
"""

import json

from tasks.domain.moment import iso, seconds
from tasks.domain.notice import Message
from tasks.domain.outcome import ANOMALY, outcome
from tasks.domain.payload import Json
from tasks.domain.text import inert, said
from tasks.domain.wording import MEANING, answer, console, remarks


def report(payload: Json, *, now: float) -> Message:
    """The message about an execution that reached its end; `now` in seconds since 1970."""
    return _message(outcome(payload), payload, now=now)


def review_request(payload: Json, *, expires_at: float) -> Message:
    """The question to a person, and how to answer it."""
    incident_id, plan_hash = payload["incident"]["id"], payload["plan"]["hash"]
    several = len({step["resource"]["arn"] for step in payload["plan"]["steps"]}) > 1
    how = [
        f"Approve: aiops approve {incident_id}",
        *([f"In part: aiops approve {incident_id} --only RESOURCE"] if several else []),
        f"Deny:    aiops deny {incident_id}",
        f"No answer by {iso(expires_at)} means no. The approval holds for this plan only ({plan_hash[:12]}).",
    ]
    return _message("REVIEW", payload, tail=how)


def failure(payload: Json, *, error: str, cause: str, execution: str, now: float) -> Message:
    """The message about an execution that failed, and what to press."""
    tail = [
        f"Failed:     {inert(error)}: {inert(said(cause), 1000)}",
        f"Console:    {console(execution)}",
        "Press Redrive there once the cause is gone: it continues where it failed, and after an undo it tries again.",
        f"Or: aiops rerun {payload['incident']['id']}",
    ]
    return _message("FAILED", payload, now=now, tail=tail)


def undeliverable(event_id: str, *, rule: str, error: str) -> Message:
    """The message about an event that could not start an execution."""
    body = [
        f"Event {inert(event_id)} could not start an execution: {inert(error)}",
        f"Rule: {inert(rule)}",
        "It is recorded as UNDELIVERABLE. Nothing was changed. If it was too large, look at the resource yourself;",
        "the sweep compares managed resources with their last good state and starts what it finds.",
    ]
    return Message("[aiops] UNDELIVERABLE event", "\n".join(body))


def _message(ended: str, payload: Json, *, now: float | None = None, tail: list[str] | None = None) -> Message:
    incident, analysis = payload["incident"], payload.get("analysis", {})
    named = incident["resources"] or incident.get("others", [])
    names = ", ".join(inert(one["id"], 60) for one in named) or "no known resource"
    subject = f"[aiops] {ended}: {analysis.get('issue') or inert(incident['event'])} on {names}"
    lines = [
        f"{ended}: {MEANING.get(ended, 'nothing was changed')}",
        *(["Nothing had failed: this is to prevent it."] if _is_ahead(payload) else []),
        "",
        f"Incident:   {incident['id']}",
        f"Resources:  {names}",
        f"Detected:   {inert(incident['event'])} at {inert(incident['time'])}, by {_actor(incident)}",
        *(f"Left out:   {inert(arn)}: {inert(why)}" for arn, why in incident.get("dropped", {}).items()),
        *([f"Held back:  {inert(payload['blocked']['why'], 1000)}"] if "blocked" in payload else []),
        *_analysis(analysis),
        *_plan(payload.get("plan")),
        *([f"Answered:   {inert(answer(payload['review']), 600)}"] if "review" in payload else []),
        *_actions(payload),
    ]
    happened = seconds(incident["time"])
    if now is not None and happened is not None:
        lines.append(f"Duration:   {max(0.0, now - happened):.0f} s from the event to this message")
    if "execution" in payload and ended != "FAILED":
        lines.append(f"Console:    {console(payload['execution'])}")
    ascii_subject = subject.encode("ascii", "replace").decode()
    return Message(ascii_subject[:100], "\n".join([*lines, *(["", *tail] if tail else [])]))


def _is_ahead(payload: Json) -> bool:
    """Whether something is planned, or done, though nothing had failed."""
    planned = bool((payload.get("plan") or {}).get("steps"))
    return planned and payload.get("analysis", {}).get("classification") == ANOMALY


def _actor(incident: Json) -> str:
    actor = incident.get("actor") or {}
    return inert(actor.get("arn") or actor.get("invoked_by") or actor.get("kind") or "unknown")


def _analysis(analysis: Json) -> list[str]:
    if not analysis:
        return []
    similar = analysis.get("similar") or {}
    lines = [
        f"Analyzed:   {analysis['classification']}, severity {analysis['severity']}, "
        f"confidence {analysis['confidence']:.2f}, decided by {inert(analysis['adviser'])}",
        f"Reason:     {inert(analysis['reason'], 600)}",
        *([f"Confidence: {inert(analysis['certainty']['why'], 600)}"] if analysis.get("certainty") else []),
        f"Root cause: {inert(analysis['root_cause']) or 'unknown'}",
    ]
    if similar.get("incidents"):
        lines.append(
            f"Before:     {similar['incidents']} like it, {similar['healed']} healed, {similar['failed']} failed"
        )
    if similar.get("recurs"):
        lines.append(f"Recurs:     {inert(similar['recurs'], 600)}")
    return lines


def _plan(plan: Json | None) -> list[str]:
    if not plan:
        return []
    lines = [f"Plan:       {plan['autonomy']}: {inert(plan['reason'], 600)}"]
    for step in plan["steps"]:
        lines.append(f"  step      {step['action']} on {inert(step['resource']['id'])} (undo: {step['undo']})")
        lines += [f"  lost      {step['lost']}"] if step.get("lost") else []
    return lines


def _actions(payload: Json) -> list[str]:
    recovery, verification = payload.get("recovery"), payload.get("verification")
    lines = []
    for step in recovery["steps"] if recovery else []:
        before, after = (inert(json.dumps(step[when], sort_keys=True), 500) for when in ("before", "after"))
        lines += [
            f"Done:       {step['action']} on {inert(step['resource'])}",
            f"  before    {before}",
            f"  after     {after}",
            *([f"  printed   {inert(step['output'], 1000)}"] if step.get("output") else []),
        ]
    if recovery and recovery.get("why"):
        lines.append(f"Not done:   {inert(recovery['why'])}")
    if verification:
        wrong = "; ".join(f"{inert(arn)}: {inert(why)}" for arn, why in verification["wrong"].items())
        lines.append(
            f"Verified:   {verification['outcome']}{f', but {wrong}' if wrong else ': every resource is healthy'}"
        )
        lines += [f"  {what:9} {inert(text, 1200)}" for what, text in remarks(verification)]
    return lines
