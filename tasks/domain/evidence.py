"""What is saved of a resource before it is changed, as lines of text per source, the newest last."""

from collections.abc import Mapping, Sequence

Lines = Mapping[str, Sequence[str]]

# Type to namespace, dimension and standard metrics, with their statistic (docs.aws.amazon.com, each service's
# "CloudWatch metrics").
METRICS: dict[str, tuple[str, str, dict[str, str]]] = {
    "AWS::EC2::Instance": (
        "AWS/EC2",
        "InstanceId",
        {"CPUUtilization": "Average", "StatusCheckFailed": "Maximum", "NetworkIn": "Average", "NetworkOut": "Average"},
    ),
    "AWS::AutoScaling::AutoScalingGroup": ("AWS/EC2", "AutoScalingGroupName", {"CPUUtilization": "Average"}),
    "AWS::RDS::DBInstance": (
        "AWS/RDS",
        "DBInstanceIdentifier",
        {"CPUUtilization": "Average", "FreeStorageSpace": "Minimum", "DatabaseConnections": "Maximum"},
    ),
    "AWS::DynamoDB::Table": (
        "AWS/DynamoDB",
        "TableName",
        {"ConsumedReadCapacityUnits": "Sum", "ConsumedWriteCapacityUnits": "Sum"},
    ),
    "AWS::Lambda::Function": (
        "AWS/Lambda",
        "FunctionName",
        {"Invocations": "Sum", "Errors": "Sum", "Throttles": "Sum", "Duration": "Average"},
    ),
}


def fit(found: Mapping[str, Lines], most: int) -> dict[str, dict[str, list[str]]]:
    """The newest lines of each source: each time the older half goes, until all are at most `most` characters."""
    kept = {arn: {source: list(lines) for source, lines in sources.items()} for arn, sources in found.items()}
    every = [lines for sources in kept.values() for lines in sources.values()]
    while sum(len(line) for lines in every for line in lines) > most and any(every):
        for lines in every:
            del lines[: (len(lines) + 1) // 2]
    return kept
