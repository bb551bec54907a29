"""RDS database instances."""

from collections.abc import Callable

from tasks.domain.kinds import Json, Kind, Rule, called, request
from tasks.domain.rds_events import TOLD, Told

INSTANCE = "AWS::RDS::DBInstance"
EVENT = "RDS DB Instance Event"
WAS_STOPPED = "RDS-EVENT-0087"
STOPPED = "rds_instance_stopped"
WEAKENED = "rds_instance_weakened"
DELETED = "rds_instance_deleted"

_IDENTIFIER = "requestParameters.dBInstanceIdentifier"
ARNS = {INSTANCE: "arn:{partition}:rds:{region}:{account}:db:{id}"}
_IDS = [WAS_STOPPED, *(name for told in TOLD for name in told.ids)]
FAULTS = (
    Kind("aws.rds", EVENT, INSTANCE, "SourceIdentifier", {"EventID": _IDS}, detail_type=EVENT),
    Kind("aws.rds", "StopDBInstance", INSTANCE, _IDENTIFIER),
    Kind("aws.rds", "ModifyDBInstance", INSTANCE, _IDENTIFIER),
    Kind("aws.rds", "DeleteDBInstance", INSTANCE, _IDENTIFIER, gone=True),
)
CREATIONS = (
    Kind("aws.rds", "CreateDBInstance", INSTANCE, _IDENTIFIER),
    Kind("aws.rds", "AddTagsToResource", INSTANCE, "requestParameters.resourceName"),
)


# No snapshot can be called so.
BACKUPS = "automated backups"


def left_over(facts: Json) -> str:
    """What DeleteDBInstance left to restore from: a final snapshot's name, BACKUPS (kept on request), or nothing.

    Without a word the automated backups go at once (docs.aws.amazon.com/AmazonRDS, "Deleting a DB instance").
    """
    asked = request(facts)
    if not asked.get("skipFinalSnapshot") and asked.get("finalDBSnapshotIdentifier"):
        return str(asked["finalDBSnapshotIdentifier"])
    return BACKUPS if asked.get("deleteAutomatedBackups") is False else ""


def _was_stopped(facts: Json) -> str:
    return "the database was stopped" if facts.get("EventID") == WAS_STOPPED else ""


def _tells(told: Told) -> Callable[[Json], str]:
    return lambda facts: told.what if facts.get("EventID") in told.ids else ""


def _weakened(facts: Json) -> str:
    asked = request(facts)
    retention = asked.get("backupRetentionPeriod")
    found = {
        "deletion protection switched off": asked.get("deletionProtection") is False,
        "automated backups switched off and deleted": retention == 0 and retention is not False,
        "made publicly accessible": asked.get("publiclyAccessible") is True,
    }
    return ", ".join(what for what, so in found.items() if so)


def _deleted(facts: Json) -> str:
    if not request(facts):
        return ""
    source = left_over(facts)
    kept = {"": "nothing is left to restore it from", BACKUPS: f"its {BACKUPS} are left"}
    return f"the database was deleted: {kept.get(source, f'its final snapshot {source} is left')}"


RULES = (
    Rule(STOPPED, (EVENT,), _was_stopped, "FAILURE", "high", 0.95, "a caller stopped the database"),
    Rule(
        STOPPED,
        ("StopDBInstance",),
        called("StopDBInstance was called"),
        "FAILURE",
        "high",
        0.95,
        "a caller stopped the database",
    ),
    Rule(
        WEAKENED,
        ("ModifyDBInstance",),
        _weakened,
        "TAMPERING",
        "high",
        0.95,
        "a caller took away what protects the database",
    ),
    Rule(
        DELETED,
        ("DeleteDBInstance",),
        _deleted,
        "FAILURE",
        "critical",
        0.95,
        "a caller deleted the database",
    ),
    *(
        Rule(told.issue, (EVENT,), _tells(told), told.classification, told.severity, 0.95, "what RDS itself tells")
        for told in TOLD
    ),
)
