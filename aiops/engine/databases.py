"""A database restored from a snapshot has the tags that the call gave it."""

from typing import Any

from ministack.services import rds

from aiops.engine.wrap import wraps_function


@wraps_function(rds._ACTION_MAP, "RestoreDBInstanceFromDBSnapshot")
def _restore_tagged(original: Any, parameters: dict[str, Any]) -> Any:
    answer = original(parameters)
    tags = rds._parse_tags(parameters)
    if answer[0] < 400 and tags:
        instance = rds._instances[rds._p(parameters, "DBInstanceIdentifier")]
        rds._tags[instance["DBInstanceArn"]] = instance["TagList"] = tags
    return answer
