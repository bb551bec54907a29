"""What all suites together call is what is granted: no call without a grant, no grant that nothing uses."""

import pytest
from recorded_calls import ANYBODY, CALLS, RECOVERY
from stack_template import ROOT, Template

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


def granted(*templates: Template) -> set[tuple[str, str]]:
    """(role, action) of every function and of the recovery role."""
    roles = {f"aiops-{name}": f"aiops-{name}" for name, _ in templates[0].tasks()}
    roles["aiops-recovery-<AWS::Region>"] = RECOVERY
    return {
        (known_as, action) for one in templates for role, known_as in roles.items() for action, _ in one.grants(role)
    }


@pytest.fixture(scope="module")
def grants(template: Template, variant: Template) -> set[tuple[str, str]]:
    return granted(template, variant)


def test_nothing_is_called_that_is_not_granted(grants: set[tuple[str, str]]) -> None:
    to_somebody = {action for _, action in grants}
    assert sorted(action for role, action in CALLS if role == ANYBODY and action not in to_somebody) == []
    assert sorted(one for one in CALLS - grants - set(ELSEWHERE) if one[0] != ANYBODY) == []


def test_nothing_is_granted_that_is_not_called(request: pytest.FixtureRequest, grants: set[tuple[str, str]]) -> None:
    """What one of the readers looked at is called by all of them; what a test lets a resource module do is, too."""
    ran = {item.path for item in request.session.items}
    narrowed = any(request.config.getoption(one) for one in ("keyword", "markexpr", "deselect"))
    if narrowed or request.session.testsfailed or not set((ROOT / "tests").rglob("test_*.py")) <= ran:
        pytest.skip("only after a whole run without a failure is it known what nothing calls")
    unused = {(role, action) for role, action in grants - CALLS if not _by_aws(action)}
    for reader in (*READERS, "aiops-Restore"):
        unused -= {(reader, action) for role, action in CALLS if role in (*READERS, ANYBODY)}
    assert sorted(unused - set(NEVER)) == []
    assert set(NEVER) <= grants, "no longer granted"


def _by_aws(action: str) -> bool:
    return action in BY_AWS or f"{action.split(':')[0]}:*" in BY_AWS
