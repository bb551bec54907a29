"""A person's answer to a plan: it may narrow the plan to some of its resources, and can do nothing else to it."""

from dataclasses import replace
from typing import Any

from tasks.domain.payload import Json, Plan
from tasks.domain.planning import plan_hash
from tasks.domain.text import clean

APPROVED, DENIED = "approved", "denied"


def reviewed(plan: Plan, answer: Any) -> tuple[Json, Plan]:
    """The review (decision, by, why, plan_hash, asked_hash, left_out) and the plan that it leaves, from any JSON.

    Of an answer only `decision`, `plan_hash`, `by` and `steps` are read: the indexes of the steps that are approved,
    all of them if absent. What is not exactly an approval of this plan, or of a part of it, is a denial that says why.
    """
    said: Json = answer if isinstance(answer, dict) else {}
    by = clean(said["by"], 300) if isinstance(said.get("by"), str) else "somebody unnamed"
    kept = said.get("steps", list(range(len(plan.steps))))
    if why := _refusal(plan, said, kept):
        return {"decision": DENIED, "by": by, "why": why}, plan
    steps = tuple(step for number, step in enumerate(plan.steps) if number in kept)
    narrowed = replace(plan, steps=steps, hash=plan_hash(steps))
    left_out = list(dict.fromkeys(step.resource.id for number, step in enumerate(plan.steps) if number not in kept))
    review = {"decision": APPROVED, "by": by, "plan_hash": narrowed.hash, "asked_hash": plan.hash, "left_out": left_out}
    return review, narrowed


def _refusal(plan: Plan, said: Json, kept: Any) -> str:
    """Why the answer approves nothing, or an empty text."""
    if said.get("decision") == DENIED:
        return "a person said no"
    if said.get("decision") != APPROVED:
        return "the answer is neither approved nor denied"
    if said.get("plan_hash") != plan.hash:
        return "the answer is about another plan"
    known = range(len(plan.steps))
    if not isinstance(kept, list) or not all(type(number) is int and number in known for number in kept):
        return "the answer names steps that the plan does not have"
    if not kept or len(set(kept)) < len(kept):
        return "the answer names no step, or one twice"
    chosen = {plan.steps[number].resource for number in kept}
    if any(step.resource in chosen and number not in kept for number, step in enumerate(plan.steps)):
        return "the answer names some of the steps of a resource: they belong together"
    return ""
