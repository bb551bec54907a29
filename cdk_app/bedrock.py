"""What asking one Bedrock model takes, for a model id or an inference profile's."""

from aws_cdk import aws_iam as iam

from cdk_app.grants import allow, arn

GEOGRAPHIES = ("apac", "au", "ca", "eu", "jp", "us", "us-gov")
PROFILE = "arn:{partition}:bedrock:{region}:{account}:inference-profile/"
MODEL = "arn:{partition}:bedrock:{region}::foundation-model/"


def allow_model(role: iam.Role, model_id: str) -> None:
    """Let the role invoke the model; an inference profile's models through that profile alone.

    https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
    """
    geography, _, model = model_id.partition(".")
    if geography not in (*GEOGRAPHIES, "global"):
        allow(role, "bedrock:InvokeModel", on=arn(role, MODEL) + model_id)
        return
    profile = arn(role, PROFILE) + model_id
    allow(role, "bedrock:InvokeModel", on=profile)
    through = {"StringEquals": {"bedrock:InferenceProfileArn": profile}}
    if geography == "global":
        unspecified = {"StringEquals": {**through["StringEquals"], "aws:RequestedRegion": "unspecified"}}
        allow(role, "bedrock:InvokeModel", on=arn(role, MODEL) + model, conditions=through)
        allow(role, "bedrock:InvokeModel", on=arn(role, MODEL.replace("{region}", "")) + model, conditions=unspecified)
    else:
        anywhere = arn(role, MODEL.replace("{region}", "*")) + model
        allow(
            role,
            "bedrock:InvokeModel",
            on=anywhere,
            conditions=through,
            because="the profile picks the region; the condition admits this profile only",
        )
