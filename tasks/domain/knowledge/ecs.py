"""ECS services: no event of theirs starts a recovery, alarms on them do. An id is `cluster/service`."""

from tasks.domain.kinds import Kind, Rule

SERVICE = "AWS::ECS::Service"

ARNS = {SERVICE: "arn:{partition}:ecs:{region}:{account}:service/{id}"}
FAULTS: tuple[Kind, ...] = ()
CREATIONS: tuple[Kind, ...] = ()
RULES: tuple[Rule, ...] = ()
