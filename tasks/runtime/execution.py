"""The Step Functions execution that a task runs in."""

from typing import Any

LIVE = ("RUNNING", "PENDING_REDRIVE")


def redrive_count(states: Any, execution_arn: str) -> int:
    """How often the execution was redriven (DescribeExecution)."""
    return int(states.describe_execution(executionArn=execution_arn).get("redriveCount", 0))


def is_live(states: Any, execution_arn: str) -> bool:
    """Whether the execution still runs; one that is no longer known does not."""
    try:
        return states.describe_execution(executionArn=execution_arn)["status"] in LIVE
    except states.exceptions.ExecutionDoesNotExist:
        return False
