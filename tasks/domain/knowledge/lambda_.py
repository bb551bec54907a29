"""Lambda functions. CloudTrail's names carry a date (docs.aws.amazon.com/lambda, "Logging API calls")."""

from tasks.domain.exposure import document, public_statements
from tasks.domain.kinds import Json, Kind, Rule, request, response

FUNCTION = "AWS::Lambda::Function"
CODE_CHANGED = "lambda_code_changed"
CONFIGURATION_CHANGED = "lambda_configuration_changed"
ALIAS_MOVED = "lambda_alias_moved"
OPENED = "lambda_function_opened"
ALIAS_OPENED = "lambda_alias_opened"
THROTTLED = "lambda_function_throttled"
DELETED = "lambda_function_deleted"

_CODE, _CONFIGURATION = "UpdateFunctionCode20150331v2", "UpdateFunctionConfiguration20150331v2"
_ALIAS, _PERMISSION = "UpdateAlias20150331", "AddPermission20150331v2"
_CONCURRENCY, _DELETE = "PutFunctionConcurrency20171031", "DeleteFunction20150331"

ARNS = {FUNCTION: "arn:{partition}:lambda:{region}:{account}:function:{id}"}
# Calls of every day are delivered only with the parameters that may do harm.
_HARMFUL = {
    _PERMISSION: {"principal": [{"anything-but": {"suffix": ".amazonaws.com"}}]},
    _CONCURRENCY: {"reservedConcurrentExecutions": [0]},
}
FAULTS = tuple(
    Kind(
        "aws.lambda",
        name,
        FUNCTION,
        "requestParameters.functionName",
        match={"requestParameters": _HARMFUL[name]} if name in _HARMFUL else {},
        gone=name == _DELETE,
    )
    for name in (_CODE, _CONFIGURATION, _ALIAS, _PERMISSION, _CONCURRENCY, _DELETE)
)
CREATIONS = (
    Kind("aws.lambda", "CreateFunction20150331", FUNCTION, "requestParameters.functionName"),
    Kind("aws.lambda", "TagResource20170331v2", FUNCTION, "requestParameters.resource"),
)

# What of a configuration decides what runs, as whom, and with what; a description does not.
RUNS = {
    "handler": "handler",
    "runtime": "runtime",
    "role": "role",
    "layers": "layers",
    "environment": "environment",
    "timeout": "timeout",
    "memorySize": "memory",
    "vpcConfig": "network",
    "fileSystemConfigs": "file systems",
    "imageConfig": "image",
    "kMSKeyArn": "key",
    "deadLetterConfig": "dead-letter queue",
    "tracingConfig": "tracing",
    "ephemeralStorage": "storage",
    "loggingConfig": "logging",
}


def plain(name: str, account: str) -> str:
    """A function's name from a name or a part of an ARN, with or without qualifier; another account's as it is."""
    first, *rest = name.removeprefix(f"{account}:function:").split(":")
    return first if len(rest) < 2 else name


def _code_changed(facts: Json) -> str:
    asked = request(facts)
    return "" if not asked or asked.get("dryRun") is True else "the function's code was replaced"


def _configuration_changed(facts: Json) -> str:
    changed = [told for name, told in RUNS.items() if name in request(facts)]
    return f"the function's configuration was changed ({', '.join(changed)})" if changed else ""


def _alias_moved(facts: Json) -> str:
    asked = request(facts)
    if "functionVersion" not in asked and "routingConfig" not in asked:
        return ""
    version = asked.get("functionVersion", "other weights")
    return f"the alias {asked.get('name', '')} was moved to version {version}"


def _opened(facts: Json) -> str:
    """The answer holds the statement that was added, as text."""
    found = public_statements({"Statement": [document(response(facts).get("statement"))]})
    return f"the function's policy lets everybody in (statement {', '.join(found)})" if found else ""


def _alias_opened(facts: Json) -> str:
    """An alias or a version has a policy of its own, of which no snapshot tells."""
    named = str(request(facts).get("functionName", "")).rpartition(":function:")[2].partition(":")[2]
    of, opened = str(request(facts).get("qualifier") or named), _opened(facts)
    return f"of the alias or version {of} {opened}: remove the permission by hand" if of and opened else ""


def _throttled(facts: Json) -> str:
    left = request(facts).get("reservedConcurrentExecutions")
    return "reserved concurrency is 0: every call is refused" if left == 0 and left is not False else ""


def _deleted(facts: Json) -> str:
    """With a qualifier only a version goes."""
    asked = request(facts)
    name = str(asked.get("functionName", "")).rpartition(":function:")[2]
    if not asked or asked.get("qualifier") or ":" in name:
        return ""
    return (
        "the function was deleted: its versions are gone, one new version stands for all of them; "
        "a URL, asynchronous settings, provisioned concurrency and permissions on aliases must be set up again"
    )


RULES = (
    Rule(CODE_CHANGED, (_CODE,), _code_changed, "TAMPERING", "high", 0.9, "a caller replaced the code"),
    Rule(
        CONFIGURATION_CHANGED,
        (_CONFIGURATION,),
        _configuration_changed,
        "TAMPERING",
        "high",
        0.85,
        "a caller changed what runs, as whom or with what",
    ),
    Rule(ALIAS_MOVED, (_ALIAS,), _alias_moved, "TAMPERING", "high", 0.85, "a caller sends calls to another version"),
    Rule(
        ALIAS_OPENED,
        (_PERMISSION,),
        _alias_opened,
        "TAMPERING",
        "critical",
        0.95,
        "a caller opened an alias to the world",
    ),
    Rule(OPENED, (_PERMISSION,), _opened, "TAMPERING", "critical", 0.95, "a caller opened the function to the world"),
    Rule(THROTTLED, (_CONCURRENCY,), _throttled, "FAILURE", "high", 0.9, "a caller throttled the function to nothing"),
    Rule(DELETED, (_DELETE,), _deleted, "FAILURE", "critical", 0.95, "a caller deleted the function"),
)
