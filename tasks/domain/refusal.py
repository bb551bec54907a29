"""Calls that were refused: an attempt, which changed nothing."""

from tasks.domain.payload import Incident


def refused(incident: Incident) -> str:
    """Why the call changed nothing, or an empty text: an error code, or an answer that says Failure."""
    if incident.error:
        return incident.error
    answer = incident.facts.get("responseElements")
    failed = isinstance(answer, dict) and len(answer) == 1 and "Failure" in answer.values()
    return "Failure" if failed else ""
