"""Builds on the engine."""

import io
import json
import zipfile

from aiops.engine import ACCOUNT, Engine
from engine.identities import policy

TRUST = {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}
PUT = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::source/made"}
# Uses its role as far as the role goes.
UPLOAD = "import boto3, sys; boto3.client('s3').put_object(Bucket='source', Key=sys.argv[1], Body=b'made')"


def give_source(engine: Engine) -> None:
    """What a build works on, and the role that it works as."""
    iam, s3 = engine.client("iam"), engine.client("s3")
    iam.create_role(RoleName="build", AssumeRolePolicyDocument=policy(TRUST))
    iam.put_role_policy(RoleName="build", PolicyName="put", PolicyDocument=policy(PUT))
    s3.create_bucket(Bucket="source")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("told.txt", "from the source\n")
        archive.writestr("upload.py", UPLOAD)
    s3.put_object(Bucket="source", Key="app.zip", Body=packed.getvalue())


def build(engine: Engine, name: str, *commands: str) -> str:
    """The id of a started build of these commands, after a phase that exports a variable."""
    phases = {"install": {"commands": ["export GREETING=hello"]}, "build": {"commands": list(commands)}}
    engine.client("codebuild").create_project(
        name=name,
        source={"type": "S3", "location": "source/app.zip", "buildspec": json.dumps({"phases": phases})},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "any", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=f"arn:aws:iam::{ACCOUNT}:role/build",
    )
    token = [{"name": "AIOPS_TOKEN", "value": "token", "type": "PLAINTEXT"}]
    said = engine.client("codebuild").start_build(projectName=name, environmentVariablesOverride=token)
    return str(said["build"]["id"])
