"""DynamoDB tables."""

from tasks.domain.kinds import Json, Kind, Rule, called, request, response

TABLE = "AWS::DynamoDB::Table"
DELETED = "dynamodb_table_deleted"
PROTECTION_OFF = "dynamodb_deletion_protection_off"
RECOVERY_OFF = "dynamodb_point_in_time_recovery_off"
THROUGHPUT_CUT = "dynamodb_throughput_cut"

ARNS = {TABLE: "arn:{partition}:dynamodb:{region}:{account}:table/{id}"}
FAULTS = (
    Kind("aws.dynamodb", "DeleteTable", TABLE, "requestParameters.tableName", gone=True),
    Kind("aws.dynamodb", "UpdateTable", TABLE, "requestParameters.tableName"),
    Kind("aws.dynamodb", "UpdateContinuousBackups", TABLE, "requestParameters.tableName"),
)
CREATIONS = (
    Kind("aws.dynamodb", "CreateTable", TABLE, "requestParameters.tableName"),
    Kind("aws.dynamodb", "TagResource", TABLE, "requestParameters.resourceArn"),
)

_UNITS = ("readCapacityUnits", "writeCapacityUnits")
# Where the call does not tell the former capacity, less than this is taken for a cut.
SMALL = 5


def _protection_off(facts: Json) -> str:
    off = request(facts).get("deletionProtectionEnabled") is False
    return "deletion protection was switched off" if off else ""


def _recovery_off(facts: Json) -> str:
    asked = request(facts).get("pointInTimeRecoverySpecification")
    off = isinstance(asked, dict) and asked.get("pointInTimeRecoveryEnabled") is False
    return "point-in-time recovery was switched off: the recovery points so far are gone" if off else ""


def _cut(facts: Json) -> str:
    """UpdateTable answers with the capacity that the table had until then; on demand that is 0."""
    asked, answered = request(facts), response(facts).get("tableDescription")
    wanted, had = _units(asked), _units(answered) if isinstance(answered, dict) else ()
    if not wanted:
        return ""
    if asked.get("billingMode") == "PROVISIONED" or not any(had):
        fixed = " and ".join(map(str, wanted))
        return f"throughput is now limited to {fixed} units (read, write)" if min(wanted) < SMALL else ""
    less = [f"{name} {before} -> {now}" for name, before, now in zip(_UNITS, had, wanted, strict=True) if now < before]
    return f"throughput was cut: {', '.join(less)}" if less else ""


def _units(description: Json) -> tuple[int, ...]:
    """Read and write capacity units of a request or a table's description; empty where it does not tell both."""
    throughput = description.get("provisionedThroughput")
    found = [throughput.get(name) for name in _UNITS] if isinstance(throughput, dict) else []
    units = tuple(one for one in found if isinstance(one, int))
    return units if len(units) == len(_UNITS) else ()


RULES = (
    Rule(
        DELETED,
        ("DeleteTable",),
        called("the table was deleted; restored, its stream has another ARN, which its readers must be told"),
        "FAILURE",
        "critical",
        0.95,
        "a caller deleted the table",
    ),
    Rule(
        PROTECTION_OFF,
        ("UpdateTable",),
        _protection_off,
        "TAMPERING",
        "high",
        0.95,
        "a caller removed the table's protection against deletion",
    ),
    Rule(
        RECOVERY_OFF,
        ("UpdateContinuousBackups",),
        _recovery_off,
        "TAMPERING",
        "high",
        0.95,
        "a caller switched the table's continuous backups off",
    ),
    Rule(THROUGHPUT_CUT, ("UpdateTable",), _cut, "TAMPERING", "medium", 0.85, "a caller lowered the table's capacity"),
)
