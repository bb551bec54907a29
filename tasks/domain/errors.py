"""Errors that the state machine or a person sees by name.

NotYetHealthy    Verify: not healthy yet, ask again (Retry)
NotRecovered     Verify: past the deadline, undo (Catch)
StillRestoring   Restore: a long step goes on, come back (Retry)
NotHealed        Undo: the attempt was undone, the execution fails here, red
NotSeen          TakeSnapshots: some resources could not be looked at, so that the run fails and its alarm tells
PlanChanged      Restore: the plan is not the one that was hashed
MissingVariable  any task: an environment variable is missing or malformed
Malformed        an event or a document that cannot be read
"""


class NotYetHealthy(Exception):
    pass


class NotRecovered(Exception):
    pass


class StillRestoring(Exception):
    pass


class NotHealed(Exception):
    pass


class NotSeen(Exception):
    pass


class PlanChanged(Exception):
    pass


class MissingVariable(Exception):
    pass


class Malformed(ValueError):
    pass
