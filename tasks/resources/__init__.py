"""One module per resource type, each with the same names, each against a boto3 client handed in:

SERVICE                       the boto3 client's name
READS                         IAM actions that looking at it needs, to ARN template or `*`
ACTIONS                       name -> planning.Action
DEADLINE                      seconds until a restored resource must be healthy
snapshot(client, id)          its state as JSON, None when it is gone
issue(good, now)              (issue class, difference) when `now` is worse than or other than `good`, else None
target(action, good, facts)   the state that the action must reach, None when no good state is known
reached(target, now)          whether a state already is what the target asks for
restore(client, step)         ensures the target; raises StillRestoring while that takes time
verify(client, step, after)   what is still wrong, empty when healthy
undo(client, step, before)    takes the step back
"""

from importlib import import_module
from types import ModuleType

from tasks.domain.knowledge import ARNS

TYPES = tuple(ARNS)


def module(resource_type: str) -> ModuleType:
    """The module of a CloudFormation type name: AWS::SSM::Parameter is ssm_parameter."""
    return import_module("tasks.resources." + resource_type.removeprefix("AWS::").replace("::", "_").lower())
