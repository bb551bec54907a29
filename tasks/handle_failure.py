"""HandleFailure: an execution failed, timed out or was aborted: record it, tell it, count it, end its claim.

EventBridge delivers status changes at least once and possibly late, so the execution itself is asked, and nothing
is done if it runs again or has succeeded since.
"""

import time
from dataclasses import dataclass
from typing import Any

from tasks.domain.earning import Case
from tasks.domain.errors import NotHealed
from tasks.domain.incident import of_text
from tasks.domain.message import failure
from tasks.domain.moment import iso
from tasks.domain.outcome import FAILED
from tasks.domain.payload import Analysis, Incident, Json, Plan, load
from tasks.runtime.clients import client
from tasks.runtime.counting import MetricUnit, metrics
from tasks.runtime.environment import read
from tasks.runtime.learning import came_back, tried
from tasks.runtime.notices import publish
from tasks.runtime.observe import logger
from tasks.runtime.standing import earn, environments
from tasks.store import incidents
from tasks.store.claim_ends import end_unchanged
from tasks.store.claims import Claims
from tasks.store.rate import Rate

ENDED = ("FAILED", "TIMED_OUT", "ABORTED")


@dataclass(frozen=True)
class Environment:
    incidents_table: str
    claims_table: str
    patterns_table: str
    topic_arn: str
    incidents_per_hour: int
    burst: int
    retention_days: int


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: Json, context: Any) -> Json:
    env, arn = read(Environment), event["detail"]["executionArn"]
    execution = client("stepfunctions").describe_execution(executionArn=arn)
    if execution["status"] not in ENDED:
        logger.info("nothing to do", extra={"execution": arn, "status": execution["status"]})
        return {}
    incident = of_text(execution.get("input", ""))
    logger.set_correlation_id(incident.id)
    what = {
        "status": execution["status"],
        "error": execution.get("error", execution["status"]),
        "cause": execution.get("cause", ""),
        "redrive": int(execution.get("redriveCount", 0)),
    }
    record = _record(env, incident, arn, what)
    if record is None:
        logger.info("told before, or another execution's incident", extra=what)
        return {}
    payload: Json = {"execution": arn} | {
        key: record[key] for key in ("incident", "analysis", "plan", "review") if key in record
    }
    message = failure(payload, error=what["error"], cause=what["cause"], execution=arn, now=time.time())
    publish(client("sns"), env.topic_arn, message)
    told = {"told_redrive": what["redrive"]}
    incidents.update(client("dynamodb"), env.incidents_table, incident.id, told, execution=arn)
    metrics.add_metric("Incidents", MetricUnit.Count, 1)
    metrics.add_metric("Failures", MetricUnit.Count, 1)
    logger.error("failed", extra=what)
    return {}


def _record(env: Environment, incident: Incident, arn: str, what: Json) -> Json | None:
    """The incident's record, now FAILED and its claim ended; None if it was told before or is not this execution's."""
    dynamo, now = client("dynamodb"), time.time()
    failed = {"workflow_state": FAILED, "closed_at": iso(now), "failure": what}
    # What was recorded before stays, such as a guard's reason, by which the sweep brings the incident back.
    if not incidents.update(
        dynamo, env.incidents_table, incident.id, failed, execution=arn, redrive=what["redrive"]
    ) and not incidents.put_ended(
        dynamo,
        env.incidents_table,
        incident,
        execution=arn,
        state=FAILED,
        now_ms=int(now * 1000),
        retention_days=env.retention_days,
        more={"failure": what},
    ):
        return None
    record = incidents.read(dynamo, env.incidents_table, incident.id)
    if record is None or record.get("told_redrive", -1) >= what["redrive"]:
        return None
    claimed = load(Incident, record["incident"])
    if "issue" in record:
        case = f"{incident.id}#{what['redrive']}"
        came_back(env.patterns_table, claimed, record["issue"], FAILED, case=case, now=now)
    if "issue" in record and what["error"] == NotHealed.__name__:  # a crash of ours says nothing about the fix
        plan, case = load(Plan, record["plan"]), f"{incident.id}#{FAILED}#{what['redrive']}"
        tried(
            env.patterns_table,
            record["issue"],
            load(Analysis, record["analysis"]),
            plan,
            wrong={step.resource.arn for step in plan.steps},
            case=case,
            now=now,
            retention_days=env.retention_days,
        )
        lesson = Case(case, incident.id, helped=False, at=iso(now))
        earn(env.patterns_table, record["issue"], environments(plan), lesson)
    store = Claims(dynamo, env.incidents_table, env.claims_table)
    end_unchanged(store, claimed, execution=arn, limit=Rate(env.incidents_per_hour, env.burst), redrive=what["redrive"])
    return record
