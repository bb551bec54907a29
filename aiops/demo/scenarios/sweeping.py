"""What no event told is found by the sweep."""

from collections.abc import Iterator

from aiops.demo.resources.buckets import Bucket
from aiops.demo.scenario import must, put_back_unheard
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution


def swept(stage: Stage) -> Iterator[Execution]:
    bucket = Bucket(stage)
    yield from put_back_unheard(stage, bucket, "aws.s3", bucket.unblock)


def deleted_unheard(stage: Stage) -> Iterator[Execution]:
    bucket = Bucket(stage)
    yield from put_back_unheard(stage, bucket, "aws.s3", bucket.delete)
    stage.invoke("TakeSnapshots")
    must(len(stage.executions(bucket.name, "Drift")) == 1, "what came back is not reported again")
