"""Lambda functions: code and environment come back from the vault, all else from the last good snapshot.

Versions cannot be made anew: after a deletion every alias points at one new version. Event source mappings outlive a
function, and work again with one of its name (Lambda API reference, DeleteFunction). A replaced environment or code may
be secret and is nowhere kept, so putting the good one is not taken back.
"""

from tasks.domain.errors import NotRecovered
from tasks.domain.exposure import public_statements
from tasks.domain.knowledge import lambda_ as issues
from tasks.domain.payload import Json, Step
from tasks.domain.planning import Action, Permission
from tasks.resources import Aws
from tasks.resources.lambda_changes import PUT, settled
from tasks.resources.lambda_state import parts, read
from tasks.store.vault import FROM_VAULT, Part, part

ARN = issues.ARNS[issues.FUNCTION]
READS = {
    f"lambda:{name}": ARN
    for name in ("GetFunctionConcurrency", "GetFunctionConfiguration", "GetPolicy", "ListAliases", "ListTags")
}
_LOG = "arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/{id}"
EVIDENCE = {"logs:DescribeLogStreams": _LOG, "logs:GetLogEvents": _LOG}
LOG_LINES = 40
KEEPS = (Permission("lambda:GetFunction", ARN, tagged=True),)


def _may(*names: str) -> tuple[Permission, ...]:
    return tuple(Permission(action, ARN) for action in (*READS, *(f"lambda:{name}" for name in names)))


# Whoever gives a function its role, layers and network must be allowed to use them (docs.aws.amazon.com/lambda).
USED = (
    Permission(
        "iam:PassRole",
        "arn:{partition}:iam::{account}:role/{role}",
        {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    ),
    Permission("lambda:GetLayerVersion", "arn:{partition}:lambda:{layers}"),
    *(Permission(f"ec2:Describe{name}", "*") for name in ("SecurityGroups", "Subnets", "Vpcs")),
    *FROM_VAULT,
)
CONCURRENCY = _may("PutFunctionConcurrency", "DeleteFunctionConcurrency")
ACTIONS = {
    "restore_code": Action(
        undo="none",
        permissions=(*_may(), Permission("lambda:UpdateFunctionCode", ARN, tagged=True), *FROM_VAULT),
        lost="the replaced code, unless it was published",
    ),
    "restore_configuration": Action(
        undo="none",
        permissions=(*_may(), Permission("lambda:UpdateFunctionConfiguration", ARN, tagged=True), *USED),
        lost="the replaced environment",
    ),
    "point_aliases": Action(
        undo="point_aliases_back", permissions=_may("UpdateAlias"), undo_permissions=_may("UpdateAlias")
    ),
    "remove_public_statements": Action(undo="none", permissions=_may("RemovePermission")),
    "put_concurrency": Action(undo="put_replaced_concurrency", permissions=CONCURRENCY, undo_permissions=CONCURRENCY),
    "recreate_function": Action(
        undo="none",
        permissions=(*_may("CreateFunction", "TagResource"), *USED),
        recreates=True,
        then=("make_aliases", "put_policy", "put_concurrency"),
        lost="its published versions (aliases point at one new version), function URL, settings of asynchronous calls",
    ),
    "make_aliases": Action(undo="none", permissions=_may("PublishVersion", "CreateAlias")),
    "put_policy": Action(undo="none", permissions=_may("AddPermission")),
}
DEADLINE = 600

_BOUND = {"point_aliases": "aliases", "put_concurrency": "concurrency"}


def snapshot(aws: Aws, name: str) -> Json | None:
    return read(aws("lambda"), name)


def keep(aws: Aws, name: str, state: Json) -> dict[str, Part]:
    return parts(aws("lambda"), name, state)


def evidence(aws: Aws, name: str) -> dict[str, list[str]]:
    """The end of the log stream that was written last; none for a function that logs elsewhere."""
    logs, group = aws("logs"), f"/aws/lambda/{name}"
    streams = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True, limit=1)
    lines = list[str]()
    for one in streams["logStreams"]:
        found = logs.get_log_events(logGroupName=group, logStreamName=one["logStreamName"], limit=LOG_LINES)
        lines += [event["message"] for event in found["events"]]
    return {"log": lines}


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    """The worst difference."""
    public = set(public_statements({"Statement": now["policy"]})) - set(
        public_statements({"Statement": good["policy"]})
    )
    if public:
        return issues.OPENED, f"policy lets everybody in: {', '.join(sorted(public))}"
    if now["concurrency"] == 0 and good["concurrency"] != 0:
        return issues.THROTTLED, f"reserved concurrency {good['concurrency']} -> 0"
    if good["code"] != now["code"]:
        return issues.CODE_CHANGED, "the code was changed"
    moved = [name for name, one in good["aliases"].items() if now["aliases"].get(name, one) != one]
    if moved:
        return issues.ALIAS_MOVED, f"alias moved: {', '.join(moved)}"
    was, settings = {**good["settings"], "Description": ""}, {**now["settings"], "Description": ""}
    other = sorted(key for key in was.keys() | settings.keys() if was.get(key) != settings.get(key))
    other += [] if good["environment"] == now["environment"] else ["Environment"]
    return (issues.CONFIGURATION_CHANGED, f"the configuration was changed: {', '.join(other)}") if other else None


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    """What of the last good state the action puts, and where the vault has it."""
    if good is None:
        return None
    kept, settings = good.get("kept", {}), good["settings"]
    used = {
        "role": settings["Role"].partition(":role/")[2],
        "layers": [layer.split(":", 3)[3] for layer in settings["Layers"]],
    }
    secret = bool(good["environment"] and good["environment"]["names"])
    environment = part(kept, "environment") if secret else {}
    code = part(kept, "code") or part(kept, "image")
    if action == "recreate_function":
        known = good["environment"] is not None and bool(code) and bool(environment) == secret
        whole = ("package", "architectures", "code", "settings", "environment", "tags")
        return {**{key: good[key] for key in whole}, **used, "kept": {**code, **environment}} if known else None
    if action == "restore_configuration":
        if bool(environment) != secret:
            return None
        return {"settings": settings, "environment": good["environment"], **used, "kept": environment}
    if action == "restore_code":
        return {"code": good["code"], "kept": code} if code else None
    if action == "remove_public_statements":
        return {"public": public_statements({"Statement": good["policy"]})}
    if action == "make_aliases":
        return {"made": good["aliases"]} if good["aliases"] else None
    if action == "put_policy":
        return {"policy": good["policy"]} if good["policy"] else None
    bound = _BOUND[action]
    new = facts.get("eventName") == "DeleteFunction20150331"
    return None if new and good[bound] is None else {bound: good[bound]}


def reached(target: Json, now: Json | None) -> bool:
    """A function that stands is no longer to be recreated, whatever it does."""
    if now is None or "package" in target:
        return now is not None
    if "public" in target:
        return set(public_statements({"Statement": now["policy"]})) <= set(target["public"])
    if "made" in target:
        return set(target["made"]) <= set(now["aliases"])
    if "policy" in target:
        return all(statement in now["policy"] for statement in target["policy"])
    states = ("code", "settings", "environment", "aliases", "concurrency")
    return all(now[key] == target[key] for key in states if key in target)


def restore(aws: Aws, step: Step) -> None:
    client, name, now = aws("lambda"), step.resource.id, snapshot(aws, step.resource.id)
    if now is None and step.action != "recreate_function":
        raise NotRecovered(f"{name} is gone")
    if not reached(step.target, now):
        if now is not None:
            settled(client, name)
        PUT[step.action](aws, step, now or {})
    settled(client, name)


def verify(aws: Aws, step: Step, after: Json) -> str:
    """Ready to be called, with what was put; a recreated one has the code, the settings and the values that it had."""
    client, now = aws("lambda"), snapshot(aws, step.resource.id)
    if now is None:
        return "the function is gone"
    one = client.get_function_configuration(FunctionName=step.resource.id)
    if one.get("State", "Active") != "Active" or one.get("LastUpdateStatus", "Successful") != "Successful":
        return f"the function is {one['State']}, its update {one['LastUpdateStatus']}"
    other = [key for key in ("code", "settings", "environment", "tags") if now[key] != step.target.get(key, now[key])]
    if other:
        return f"not as it was: {', '.join(other)}"
    return "" if reached(step.target, now) else f"what {step.action} put is not there"


def undo(aws: Aws, step: Step, before: Json) -> None:
    """Takes back where aliases point and a concurrency; all else closes an exposure, creates, or was not kept."""
    if bound := _BOUND.get(step.action):
        PUT[step.action](aws, Step(step.resource, step.action, "none", False, False, {bound: before[bound]}), {})
