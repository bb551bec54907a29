"""SSM parameters."""

from tasks.domain.kinds import Json, Kind, Rule, request, response

PARAMETER = "AWS::SSM::Parameter"
OVERWRITTEN = "ssm_parameter_overwritten"

ARNS = {PARAMETER: "arn:{partition}:ssm:{region}:{account}:parameter/{id}"}
FAULTS = (
    Kind("aws.ssm", "PutParameter", PARAMETER, "requestParameters.name", {"requestParameters": {"overwrite": [True]}}),
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


RULES = (Rule(OVERWRITTEN, ("PutParameter",), _overwritten, "TAMPERING", "high", 0.9, "a caller replaced the value"),)
