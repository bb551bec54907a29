"""The user's own code brings back what the agent does not know."""

from collections.abc import Iterator

from aiops.demo.code import Code
from aiops.demo.resources.buckets import OPEN, Bucket
from aiops.demo.scenario import ended, must
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution


def redeployed(stage: Stage) -> Iterator[Execution]:
    bucket = Bucket(stage, blocked=False)
    stage.forget(bucket.arn)
    policy, code = bucket.policy, Code(stage, bucket.name)
    code.says(policy, ["delete", "create"])
    bucket.open()
    waiting = stage.running(bucket.name, OPEN, "RequestReview")
    stage.told("REVIEW", bucket.name)
    stage.answer(waiting, "approve")
    refused = ended(stage.executions(bucket.name, OPEN)[0], "NotHealed", status="FAILED")
    yield refused
    stage.told("FAILED", bucket.name, "aws_s3_bucket_policy.data: delete, create")
    code.says(policy, ["update"])
    stage.rerun(refused)
    yield ended(stage.executions(bucket.name, OPEN)[0])
    must(bucket.policy == policy, f"{bucket.name} has the policy of the code")
