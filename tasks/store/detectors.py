"""What the detectors have learned: one item for each series, its state packed.

Attributes: pattern_id, resource_id, resource_arn, metric, cursor (seconds, the newest row learned), state (gzipped
JSON), expires_at (a series that no longer comes is forgotten).
"""

import gzip
import json
from dataclasses import dataclass
from typing import Any

from tasks.domain.metrics.detector import Detector, resumed
from tasks.domain.metrics.watched import Series
from tasks.store.items import DAY, refused

KEPT = 30 * DAY


@dataclass(frozen=True)
class Learned:
    """A detector and the moment, in seconds, of the newest row that it has learned; 0 when it knows nothing."""

    detector: Detector
    cursor: int


def read(dynamo: Any, table: str, series: Series) -> Learned:
    """What is known of a series."""
    key = {"pattern_id": {"S": series.key}}
    item = dynamo.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    if item is None:
        return Learned(Detector(), 0)
    return Learned(resumed(json.loads(gzip.decompress(item["state"]["B"]))), int(item["cursor"]["N"]))


def write(dynamo: Any, table: str, series: Series, learned: Learned, *, before: int, now: int) -> bool:
    """Keep what was learned since the cursor `before`; False when somebody else did meanwhile."""
    item = {
        "pattern_id": {"S": series.key},
        "resource_id": {"S": series.resource.id},
        "resource_arn": {"S": series.resource.arn},
        "metric": {"S": series.metric},
        "cursor": {"N": str(learned.cursor)},
        "state": {"B": gzip.compress(json.dumps(learned.detector.state()).encode())},
        "expires_at": {"N": str(now + KEPT)},
    }
    try:
        dynamo.put_item(
            TableName=table,
            Item=item,
            ConditionExpression="attribute_not_exists(pattern_id) OR #cursor = :before",
            ExpressionAttributeNames={"#cursor": "cursor"},
            ExpressionAttributeValues={":before": {"N": str(before)}},
        )
    except dynamo.exceptions.ClientError as error:
        if refused(error):
            return False
        raise
    return True


def forget(dynamo: Any, table: str, series: Series) -> None:
    """Learn it anew."""
    dynamo.delete_item(TableName=table, Key={"pattern_id": {"S": series.key}})
