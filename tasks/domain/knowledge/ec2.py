"""EC2 instances."""

from tasks.domain.kinds import Json, Kind, Rule, request

INSTANCE = "AWS::EC2::Instance"
STATE = "EC2 Instance State-change Notification"
STOPPED = "ec2_instance_stopped"

ARNS = {INSTANCE: "arn:{partition}:ec2:{region}:{account}:instance/{id}"}
FAULTS = (
    Kind("aws.ec2", STATE, INSTANCE, "instance-id", {"state": ["stopped"]}, detail_type=STATE),
    Kind("aws.ec2", "StopInstances", INSTANCE, "requestParameters.instancesSet.items[].instanceId"),
)
CREATIONS = (
    Kind("aws.ec2", "RunInstances", INSTANCE, "responseElements.instancesSet.items[].instanceId"),
    Kind("aws.ec2", "CreateTags", INSTANCE, "requestParameters.resourcesSet.items[].resourceId"),
)


def _stopped(facts: Json) -> str:
    return "the instance is stopped" if facts.get("state") == "stopped" else ""


def _stop_called(facts: Json) -> str:
    return "StopInstances was called" if request(facts).get("instancesSet") else ""


RULES = (
    Rule(STOPPED, (STATE,), _stopped, "FAILURE", "high", 0.95, "the instance shut itself down or its host failed"),
    Rule(STOPPED, ("StopInstances",), _stop_called, "FAILURE", "high", 0.95, "a caller stopped the instance"),
)
