"""One module per resource type, each with the same names. `aws(service)` gives a boto3 client of a service:

READS                         IAM actions that looking at it needs, to ARN template or `*`
ACTIONS                       name -> planning.Action
DEADLINE                      seconds until a restored resource must be healthy
snapshot(aws, id)             its state as JSON, None when it is gone
issue(good, now)              (issue class, difference) when `now` is worse than or other than `good`, else None
target(action, good, facts)   the state that the action must reach, None when there is nothing (known) to reach
reached(target, now)          whether a state, or None for a resource that is gone, already is what the target asks for
restore(aws, step)            ensures the target; raises StillRestoring while that takes time
verify(aws, step, after)      what is still wrong, empty when healthy
undo(aws, step, before)       takes the step back
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from tasks.domain.knowledge import ARNS
from tasks.domain.planning import Action

Aws = Callable[[str], Any]

TYPES = tuple(ARNS)


def module(resource_type: str) -> ModuleType:
    """The module of a CloudFormation type name: AWS::SSM::Parameter is ssm_parameter."""
    return import_module("tasks.resources." + resource_type.removeprefix("AWS::").replace("::", "_").lower())


def actions(resource_type: str) -> Mapping[str, Action]:
    """What can be done to a resource of this type, by name."""
    return dict[str, Action](module(resource_type).ACTIONS)
