"""`aiops rerun`: what Redrive in the console does."""

from aiops.account import asking, client
from aiops.errors import Failed
from aiops.records import find
from tasks.domain.wording import console


def redrive(beginning: str) -> None:
    """Redrive the execution of an incident; asked twice for one failure, it is redriven once."""
    record, states = find(client("dynamodb"), beginning), client("stepfunctions")
    arn, incident_id = record["execution"], record["incident_id"]
    if not arn.startswith("arn:"):
        raise Failed(f"incident {incident_id} never started an execution ({arn}): there is nothing to run again")
    with asking():
        try:
            execution = states.describe_execution(executionArn=arn)
        except states.exceptions.ExecutionDoesNotExist as gone:
            raise Failed(f"Step Functions no longer knows {arn}: it keeps executions for 90 days") from gone
        if execution.get("redriveStatus") == "NOT_REDRIVABLE":
            why = execution.get("redriveStatusReason", execution["status"])
            raise Failed(f"incident {incident_id} cannot be run again: {why}")
        once = f"{incident_id}-{execution.get('redriveCount', 0)}"
        states.redrive_execution(executionArn=arn, clientToken=once)
    print(f"redriven: {console(arn)}")
