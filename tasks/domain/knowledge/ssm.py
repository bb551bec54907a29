"""SSM parameters."""

from tasks.domain.kinds import Json, Kind, Rule, called, request, response

PARAMETER = "AWS::SSM::Parameter"
OVERWRITTEN = "ssm_parameter_overwritten"
DELETED = "ssm_parameter_deleted"

ARNS = {PARAMETER: "arn:{partition}:ssm:{region}:{account}:parameter/{id}"}
FAULTS = (
    Kind("aws.ssm", "PutParameter", PARAMETER, "requestParameters.name", {"requestParameters": {"overwrite": [True]}}),
    Kind("aws.ssm", "DeleteParameter", PARAMETER, "requestParameters.name", gone=True),
    Kind("aws.ssm", "DeleteParameters", PARAMETER, "requestParameters.names[]", gone=True),
)
CREATIONS = (
    Kind("aws.ssm", "PutParameter", PARAMETER, "requestParameters.name", {"responseElements": {"version": [1]}}),
    Kind("aws.ssm", "AddTagsToResource", PARAMETER, "requestParameters.resourceId"),
)


def _overwritten(facts: Json) -> str:
    version = response(facts).get("version")
    if not request(facts).get("overwrite") or version == 1:
        return ""
    return f"the parameter was overwritten (version {version})" if version else "the parameter was overwritten"


RULES = (
    Rule(OVERWRITTEN, ("PutParameter",), _overwritten, "TAMPERING", "high", 0.9, "a caller replaced the value"),
    Rule(
        DELETED,
        ("DeleteParameter", "DeleteParameters"),
        called("the parameter was deleted: its earlier versions and labels are gone, it starts again at version 1"),
        "FAILURE",
        "high",
        0.95,
        "a caller deleted the parameter",
    ),
)
