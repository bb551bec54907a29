"""One module per resource type, each with the same names. `aws(service)` gives a boto3 client of a service:

READS                         IAM actions that looking at it needs, to ARN template or `*`
ACTIONS                       name -> planning.Action
DEADLINE                      seconds until a restored resource must be healthy
snapshot(aws, id)             its state as JSON, None when it is gone
issue(good, now)              (issue class, difference) when `now` is worse than or other than `good`, else None
target(action, good, facts)   the state that the action must reach, None when there is nothing (known) to reach;
                              over the event's facts stand `now`, the present state, and the policy's `settings`
reached(target, now)          whether a state, or None for a resource that is gone, already is what the target asks for
restore(aws, step)            ensures the target; raises StillRestoring while that takes time; may return a printout
verify(aws, step, after)      what is still wrong, empty when healthy
undo(aws, step, before)       takes the step back; says why if it left something alone

and, where restoring needs what no table may hold (secret values, code):

KEEPS                         the permissions that reading it takes
keep(aws, id, state)          name -> vault.Part of a state; a snapshot then has `kept`, which goes into the target

and, where its state alone does not tell that somebody else brought it back:

followed(aws, resource, target, now)   whether it is where the target would have it

and, where it may lack what bringing it back takes:

missing(good)                 what its last good state lacks, each in a few words with what that means

and, where a change wipes out what tells why it was needed:

EVIDENCE                      IAM actions that reading it needs, to ARN template or `*`
evidence(aws, id)             source -> its last lines as they are; where they are saved they are masked and cut
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import Any

from tasks.domain.planning import Action, Permission

Aws = Callable[[str], Any]

# What answers for a resource of any type, and the module that does it; see defined.py.
ANY_TYPE = {"revert_drift": "stack_drift", "redeploy": "redeployment"}


def module(resource_type: str) -> ModuleType:
    """The module of a CloudFormation type name: AWS::SSM::Parameter is ssm_parameter."""
    return import_module("tasks.resources." + resource_type.removeprefix("AWS::").replace("::", "_").lower())


def actions(resource_type: str) -> Mapping[str, Action]:
    """What can be done to a resource of this type, by name; what any type can have done looks at it too."""
    kind = module(resource_type)
    look = tuple(Permission(action, on) for action, on in kind.READS.items())
    found: dict[str, Action] = dict(kind.ACTIONS)
    for name in ANY_TYPE:
        general: Action = way(name).ACTION
        found[name] = replace(general, permissions=(*general.permissions, *look))
    return found


def way(action: str) -> ModuleType:
    """The module of an action of any type."""
    return import_module(f"tasks.resources.{ANY_TYPE[action]}")
