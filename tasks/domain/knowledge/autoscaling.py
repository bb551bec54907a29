"""Auto Scaling groups: no event of theirs starts a recovery, alarms on them do."""

from tasks.domain.kinds import Kind, Rule

GROUP = "AWS::AutoScaling::AutoScalingGroup"

# The part that AWS makes up is not known from the name, which is unique without it.
ARNS = {GROUP: "arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/{id}"}
FAULTS: tuple[Kind, ...] = ()
CREATIONS: tuple[Kind, ...] = ()
RULES: tuple[Rule, ...] = ()
