"""What all suites together call is what is granted: no call without a grant, no grant that nothing uses.

A check at the end of a whole run, since no test knows what the others call.
"""

from collections.abc import Iterator

from recorded_calls import ANYBODY, CALLS, RECOVERY

# (role, IAM action) of every grant in the templates that were synthesized.
GRANTS: set[tuple[str, str]] = set()
# Called under another policy than that of the two templates.
ELSEWHERE = {("aiops-Detect", "ssm:GetCalendarState"): "granted with the policy's calendars"}
# Those that look at resources do it by the same code.
READERS = ("aiops-Plan", "aiops-Verify", "aiops-TakeSnapshots", RECOVERY)
# Asked for by AWS itself with a role's rights: no client of ours calls it.
BY_AWS = {
    "kms:*": "a service uses the key with its caller's rights",
    "logs:CreateLogStream": "Lambda writes the function's log",
    "logs:PutLogEvents": "Lambda writes the function's log",
    "sqs:*": "Lambda takes events from a queue, and puts what failed into one, with the function's role",
}
# Of the recovery role alone.
NEVER = {
    **{
        (RECOVERY, f"dynamodb:{name}"): "a restore writes with its caller's rights"
        for name in ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
    },
    **{
        (RECOVERY, f"cloudwatch:{name}"): "Application Auto Scaling makes its alarms with its caller's rights"
        for name in ("DescribeAlarms", "PutMetricAlarm")
    },
    **{
        (RECOVERY, action): "Lambda looks at what a function uses with its caller's rights"
        for action in ("ec2:DescribeSubnets", "ec2:DescribeVpcs", "lambda:GetLayerVersion")
    },
}


def wrong() -> Iterator[str]:
    """A line for each call without a grant, each grant without a call, and each exception that is none any more.

    What one of the readers looked at is called by all of them; what a test lets a resource module do is, too.
    """
    to_somebody = {action for _, action in GRANTS}
    anybodys = {action for role, action in CALLS if role == ANYBODY}
    yield from (f"{action} is called by {ANYBODY} and granted to nobody" for action in sorted(anybodys - to_somebody))
    ungranted = {one for one in CALLS - GRANTS - set(ELSEWHERE) if one[0] != ANYBODY}
    yield from (f"{action} is called by {role} and not granted" for role, action in sorted(ungranted))
    unused = {(role, action) for role, action in GRANTS - CALLS - set(NEVER) if not _by_aws(action)}
    for reader in (*READERS, "aiops-Restore"):
        unused -= {(reader, action) for role, action in CALLS if role in (*READERS, ANYBODY)}
    yield from (f"{action} is granted to {role} and never called" for role, action in sorted(unused))
    yield from (f"{action} of {role} is excused and not granted" for role, action in sorted(set(NEVER) - GRANTS))


def _by_aws(action: str) -> bool:
    return action in BY_AWS or f"{action.split(':')[0]}:*" in BY_AWS
