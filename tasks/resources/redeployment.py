"""The user's own Terraform or CDK code, applied by the CodeBuild project of the stack (cdk_app/redeployment.py).

The build plans, refuses what would destroy or replace anything (tasks/domain/redeployment.py), and applies that plan.
"""

from typing import Any

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.payload import Json, Resource, Step
from tasks.domain.planning import Action, Permission
from tasks.resources import Aws

NAME = "aiops-redeploy"
PROJECT = "arn:{partition}:codebuild:{region}:{account}:project/" + NAME
LOG = "arn:{partition}:logs:{region}:{account}:log-group:/aws/codebuild/" + NAME + ":*"
# The build's variable that holds the step's token, by which the build is found again.
TOKEN = "AIOPS_TOKEN"  # noqa: S105 - a name
# With the project's own instructions, source, image and role, whoever has the session
# (https://docs.aws.amazon.com/codebuild/latest/userguide/action-context-keys.html).
_AS_IT_IS = {
    "Null": {
        f"codebuild:{name}": "true"
        for name in ("source.buildspec", "source.location", "environment.image", "serviceRole")
    },
    "ForAllValues:StringEquals": {"codebuild:environment.environmentVariables.name": TOKEN},
}
READS = {"codebuild:BatchGetProjects": PROJECT}
ACTION = Action(
    undo="none",
    permissions=(
        Permission("codebuild:ListBuildsForProject", PROJECT),
        Permission("codebuild:BatchGetBuilds", PROJECT),
        Permission("codebuild:StartBuild", PROJECT, _AS_IT_IS),
        Permission("logs:GetLogEvents", LOG),
    ),
    disruptive=True,
    recreates=True,
    unknown="no redeployment is set up that could bring {id} back",
    lost="what was changed by hand and is not in the code",
)
# What the check in the build says of a plan that it refuses.
_REFUSED = "aiops: refused: "


def find(aws: Aws, resource: Resource) -> Json | None:
    """Whether there is a project; which resources its code defines, only its plan tells."""
    projects = aws("codebuild").batch_get_projects(names=[NAME])["projects"]
    return {"project": NAME} if projects else None


def restore(aws: Aws, step: Step) -> None:
    """Start the build once for this attempt, then wait for it."""
    codebuild = aws("codebuild")
    build = _find(codebuild, step.token)
    if build is None:
        try:
            codebuild.start_build(
                projectName=NAME,
                idempotencyToken=step.token,  # which CodeBuild remembers for five minutes
                environmentVariablesOverride=[{"name": TOKEN, "value": step.token, "type": "PLAINTEXT"}],
            )
        except codebuild.exceptions.AccountLimitExceededException as busy:  # the project runs one build at a time
            raise StillRestoring("another redeployment goes on") from busy
        raise StillRestoring("the redeployment is started")
    if build["buildStatus"] == "IN_PROGRESS":
        raise StillRestoring(f"the redeployment {build['id']} is in {build.get('currentPhase', 'its queue')}")
    if build["buildStatus"] != "SUCCEEDED":
        raise NotRecovered(f"the redeployment {build['id']} {build['buildStatus']}: {_why(aws('logs'), build)}")


def _find(codebuild: Any, token: str) -> Any:
    """The build of this attempt among the newest hundred; None before it is started."""
    ids = codebuild.list_builds_for_project(projectName=NAME, sortOrder="DESCENDING").get("ids")
    builds = codebuild.batch_get_builds(ids=ids)["builds"] if ids else []
    ours = (one for one in builds if {TOKEN: token}.items() <= _variables(one).items())
    return next(ours, None)


def _variables(build: Json) -> dict[str, str]:
    return {one["name"]: one["value"] for one in build["environment"].get("environmentVariables", [])}


def _why(logs: Any, build: Json) -> str:
    """What the check refused, else the phase that failed; the rest of the log may hold anything."""
    refused = [one.removeprefix(_REFUSED) for one in _last_lines(logs, build) if one.startswith(_REFUSED)]
    said = refused or [
        f"{phase['phaseType']}: {context.get('message', '')}"
        for phase in build.get("phases", [])
        for context in phase.get("contexts", [])
        if phase.get("phaseStatus") not in ("SUCCEEDED", None) and context.get("message")
    ]
    return "; ".join(said) or "no reason is given"


def _last_lines(logs: Any, build: Json) -> list[str]:
    """The last hundred lines of the build's log; none for a build that broke before it wrote any."""
    where = build.get("logs", {})
    if "streamName" not in where:
        return []
    named = {"logGroupName": where["groupName"], "logStreamName": where["streamName"]}
    try:
        return [one["message"].strip() for one in logs.get_log_events(**named, limit=100)["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []
