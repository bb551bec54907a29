"""CheckCoverage: what could not come back if it broke. Daily, people are told what began to be missing.

`aiops coverage` asks with {"ask": true}, and tells nobody.
"""

from dataclasses import asdict, dataclass
from typing import Any

from tasks.domain.coverage import Cover, marks, message, news
from tasks.domain.payload import Json
from tasks.runtime import coverage
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.notices import publish
from tasks.runtime.observe import logger
from tasks.runtime.policy import policy
from tasks.store.coverage import keep, told


@dataclass(frozen=True)
class Environment:
    snapshots_table: str
    patterns_table: str
    topic_arn: str
    model_id: str


@logger.inject_lambda_context
def handler(event: Json, context: Any) -> Json:
    env = read(Environment)
    covers = [
        *coverage.agent(client, topic=env.topic_arn, model_id=env.model_id),
        *coverage.resources(client, env.snapshots_table, policy()),
    ]
    if not event.get("ask"):
        _tell(env, covers)
    return {"covers": [asdict(one) for one in covers]}


def _tell(env: Environment, covers: list[Cover]) -> None:
    """Told before it is kept: twice is better than never."""
    dynamo = client("dynamodb")
    if found := news(covers, told(dynamo, env.patterns_table)):
        publish(client("sns"), env.topic_arn, message(found))
    logger.info("covered", extra={"covers": len(covers), "news": len(found)})
    keep(dynamo, env.patterns_table, marks(covers))
