"""What an event says by itself, whatever the catalogue knows of it: calls by their verbs, parameters and actors, state
changes by their states, results, categories and messages."""

from tasks.domain.payload import Incident
from tasks.domain.refusal import refused
from tasks.domain.understanding.call import READING, read_call
from tasks.domain.understanding.finding import Finding
from tasks.domain.understanding.granting import FEDERATION, granted
from tasks.domain.understanding.intruding import intruded
from tasks.domain.understanding.opening import opened
from tasks.domain.understanding.signing_in import rooted, signed_in
from tasks.domain.understanding.states import changed
from tasks.domain.understanding.weakening import weakened


def find(incident: Incident) -> Finding | None:
    """The worst that the event says, or nothing. A refused call is an attempt and changed nothing."""
    if "eventName" not in incident.facts or "eventSource" not in incident.facts:
        return changed(incident)
    call = read_call(incident)
    if signed := signed_in(call, incident.facts):
        return signed
    if refused(incident) or call.tries or not call.words or call.by_service:
        return None
    if call.verb in READING and not call.says(FEDERATION):
        return intruded(call)
    return opened(call) or weakened(call) or granted(call) or intruded(call) or rooted(call)
