"""EC2 instances and security groups."""

from tasks.domain.ingress import requested, world
from tasks.domain.kinds import Json, Kind, Rule, request

INSTANCE = "AWS::EC2::Instance"
STATE = "EC2 Instance State-change Notification"
STOPPED = "ec2_instance_stopped"
TERMINATED = "ec2_instance_terminated"
IMPAIRED = "ec2_instance_impaired"
GROUP = "AWS::EC2::SecurityGroup"
GROUP_OPENED = "ec2_security_group_opened"

ARNS = {
    INSTANCE: "arn:{partition}:ec2:{region}:{account}:instance/{id}",
    GROUP: "arn:{partition}:ec2:{region}:{account}:security-group/{id}",
}
# What EC2's ids begin with.
PREFIXES = {"i-": INSTANCE, "sg-": GROUP}
FAULTS = (
    Kind("aws.ec2", STATE, INSTANCE, "instance-id", {"state": ["stopped"]}, detail_type=STATE),
    Kind("aws.ec2", "StopInstances", INSTANCE, "requestParameters.instancesSet.items[].instanceId"),
    Kind("aws.ec2", "TerminateInstances", INSTANCE, "requestParameters.instancesSet.items[].instanceId", gone=True),
    Kind("aws.ec2", "AuthorizeSecurityGroupIngress", GROUP, "requestParameters.groupId"),
)
CREATIONS = (
    Kind("aws.ec2", "RunInstances", INSTANCE, "responseElements.instancesSet.items[].instanceId"),
    Kind("aws.ec2", "CreateTags", "", "requestParameters.resourcesSet.items[].resourceId", types=PREFIXES),
)


def _stopped(facts: Json) -> str:
    return "the instance is stopped" if facts.get("state") == "stopped" else ""


def _stop_called(facts: Json) -> str:
    return "StopInstances was called" if request(facts).get("instancesSet") else ""


def _terminate_called(facts: Json) -> str:
    lost = "what its root volume held is lost, data volumes come back if they were kept"
    return f"TerminateInstances was called: {lost}" if request(facts).get("instancesSet") else ""


def _opened(facts: Json) -> str:
    rules = world(requested(request(facts)))
    return f"the security group lets the world in ({'; '.join(rules)})" if rules else ""


RULES = (
    Rule(STOPPED, (STATE,), _stopped, "FAILURE", "high", 0.95, "the instance shut itself down or its host failed"),
    Rule(STOPPED, ("StopInstances",), _stop_called, "FAILURE", "high", 0.95, "a caller stopped the instance"),
    Rule(
        TERMINATED,
        ("TerminateInstances",),
        _terminate_called,
        "FAILURE",
        "critical",
        0.95,
        "a caller terminated the instance",
    ),
    Rule(
        IMPAIRED,
        (),
        lambda facts: "",
        "FAILURE",
        "high",
        0.9,
        "the guest does not answer EC2's reachability check",
        seen_on=INSTANCE,
    ),
    Rule(
        GROUP_OPENED,
        ("AuthorizeSecurityGroupIngress",),
        _opened,
        "TAMPERING",
        "critical",
        0.95,
        "a caller opened the security group to the world",
    ),
)
