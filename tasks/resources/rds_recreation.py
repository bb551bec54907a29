"""A deleted database is made anew from what its deletion left."""

from typing import Any

from tasks.domain.errors import StillRestoring
from tasks.domain.payload import Json
from tasks.resources.rds_state import WORKING, describe


def recreate(rds: Any, name: str, wanted: Json) -> None:
    """Until it works; StillRestoring meanwhile."""
    one = describe(rds, name)
    if one is None:
        settings = {**wanted["settings"], "Tags": wanted["tags"]}
        settings.pop("BackupRetentionPeriod")  # which older versions of boto3 do not let a restore set
        if wanted["subnets"]:
            settings["DBSubnetGroupName"] = wanted["subnets"]
        try:
            if "DBSnapshotIdentifier" in wanted["source"]:
                rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier=name, **wanted["source"], **settings)
            else:
                rds.restore_db_instance_to_point_in_time(
                    TargetDBInstanceIdentifier=name, **wanted["source"], **settings
                )
        except rds.exceptions.InvalidDBSnapshotStateFault as unfinished:
            raise StillRestoring(f"the final snapshot of {name} is not finished") from unfinished
        one = describe(rds, name)
    state = one["DBInstanceStatus"] if one else "creating"
    if state not in WORKING:
        raise StillRestoring(f"{name} is {state}")
