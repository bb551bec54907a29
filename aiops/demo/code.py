"""The user's own code on the stage, which the redeployment builds: it says which policy a bucket has."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from aiops.demo import terraform
from aiops.demo.stage import Stage
from aiops.deploy import SOURCE
from aiops.engine import REGION

SETUP = 'chmod +x bin/terraform; export PATH="$PWD/bin:$PATH"\n'


class Code:
    def __init__(self, stage: Stage, bucket: str) -> None:
        """Code for a bucket whose policy the build may change."""
        self._s3, self._bucket = stage.s3, bucket
        self._source, _, self._key = SOURCE.removeprefix("s3://").partition("/")
        self._s3.create_bucket(Bucket=self._source)
        on = f"arn:aws:s3:::{bucket}"
        allow = {"Effect": "Allow", "Action": ["s3:PutBucketPolicy"], "Resource": on}
        stage.iam.put_role_policy(
            RoleName=f"aiops-redeploy-{REGION}",
            PolicyName="demo",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
        )

    def says(self, policy: dict[str, Any], actions: list[str]) -> None:
        """The policy, and what a plan to make it so would do."""
        code = {"bucket": self._bucket, "policy": json.dumps(policy), "actions": actions}
        files = {
            "main.tf.json": json.dumps(code),
            "redeploy-setup.sh": SETUP,
            "bin/terraform": Path(terraform.__file__).read_text(encoding="utf-8"),
        }
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        self._s3.put_object(Bucket=self._source, Key=self._key, Body=packed.getvalue())
