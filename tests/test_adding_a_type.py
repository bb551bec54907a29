"""A resource type is its two files and its row in the policy: README.md, "Add a resource type", is true."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from published import stopping

ROOT = Path(__file__).parent.parent
KNOWLEDGE = '''
"""SQS queues."""

from tasks.domain.kinds import Kind, Rule, called

QUEUE = "AWS::SQS::Queue"
ARNS = {QUEUE: "arn:{partition}:sqs:{region}:{account}:{id}"}
FAULTS = (Kind("aws.sqs", "PurgeQueue", QUEUE, "requestParameters.queueName"),)
CREATIONS = (Kind("aws.sqs", "CreateQueue", QUEUE, "requestParameters.queueName"),)
RULES = (
    Rule("sqs_queue_purged", ("PurgeQueue",), called("it was purged"), "FAILURE", "high", 0.9, "a caller purged it"),
)
'''
MODULE = '''
"""SQS queues: a purged one is refilled."""

from tasks.domain.planning import Action, Permission

ARN = "arn:{partition}:sqs:{region}:{account}:{id}"
READS = {"sqs:GetQueueAttributes": ARN}
ACTIONS = {"refill_queue": Action(undo="none", permissions=(Permission("sqs:SendMessage", ARN),), lost="the order")}
DEADLINE = 60


def snapshot(aws, name):
    return {"messages": 1}


def issue(good, now):
    return None


def target(action, good, facts):
    return good


def reached(target, now):
    return False


def restore(aws, step):
    pass


def verify(aws, step, after):
    """As many messages as before."""
    return ""


def undo(aws, step, before):
    pass
'''
ROW = "recover:\n  sqs_queue_purged: {action: refill_queue, autonomy: auto}\n"
WHO_MAY = """
from cdk_app.recovery import _permissions, _reads
from tasks.domain.events import creation_pattern, fault_pattern, tagging_types
assert "sqs:SendMessage" in {one.action for one in _permissions()}
assert ("sqs:GetQueueAttributes",) in _reads().values()
assert "PurgeQueue" in str(fault_pattern("aws.sqs")) and "CreateQueue" in str(creation_pattern("aws.sqs"))
assert "sqs" in tagging_types()
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The product with one more type."""
    for name in ("aiops", "cdk_app", "tasks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("cdk.json", "policy.schema.json"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "policy.yaml").write_text((ROOT / "policy.yaml").read_text().replace("recover:\n", ROW, 1))
    (tmp_path / "tasks" / "domain" / "knowledge" / "sqs.py").write_text(KNOWLEDGE)
    (tmp_path / "tasks" / "resources" / "sqs_queue.py").write_text(MODULE)
    return tmp_path


def run(copy: Path, *words: str) -> str:
    """What Python prints of the copy."""
    clean = {**os.environ, "PYTHONPATH": str(copy), "JSII_NODE": str(Path(sys.executable).with_name("node"))}
    done = subprocess.run([sys.executable, *words], cwd=copy, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_knows_it(copy: Path) -> None:
    event = stopping("orders", eventName="PurgeQueue", eventSource="sqs.amazonaws.com")
    event = {**event, "source": "aws.sqs", "detail": {**event["detail"], "requestParameters": {"queueName": "orders"}}}
    (copy / "event.json").write_text(json.dumps(event))
    said = json.loads(run(copy, "-m", "aiops", "replay", "event.json"))
    assert (said["delivered"], said["classification"]) == (True, "FAILURE")
    assert [(one["id"], one["type"]) for one in said["resources"]] == [("orders", "AWS::SQS::Queue")]
    assert [step["action"] for step in said["plan"]["steps"]] == ["refill_queue"]
    told = "| AWS::SQS::Queue | `sqs_queue_purged` | `refill_queue` | As many messages as before | - | the order |"
    assert told in run(copy, "-m", "aiops", "catalogue")


def test_the_rules_the_sweep_and_the_roles_know_it(copy: Path) -> None:
    run(copy, "-c", WHO_MAY)
