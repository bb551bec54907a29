#!/usr/bin/env python3
"""Stands in for Terraform in a demonstrated redeployment: the code says which policy a bucket has.

main.tf.json: {"bucket": …, "policy": …, "actions": what a plan would do, such as ["update"]}
"""

import json
import sys
from pathlib import Path

SAVED = Path("saved.tfplan")


def plan() -> None:
    """What `terraform show -json` prints of such a plan."""
    code = json.loads(Path("main.tf.json").read_text())
    after = {"bucket": code["bucket"], "policy": code["policy"]}
    change = {"actions": code["actions"], "before": {"bucket": code["bucket"]}, "after": after, "after_unknown": {}}
    about = {"mode": "managed", "type": "aws_s3_bucket_policy", "name": "data", "address": "aws_s3_bucket_policy.data"}
    resource = {**about, "provider_name": "registry.terraform.io/hashicorp/aws", "change": change}
    SAVED.write_text(
        json.dumps({"format_version": "1.2", "terraform_version": "1.14.0", "resource_changes": [resource]})
    )


def apply() -> None:
    import boto3

    for one in json.loads(SAVED.read_text())["resource_changes"]:
        after = one["change"]["after"]
        boto3.client("s3").put_bucket_policy(Bucket=after["bucket"], Policy=after["policy"])


def main(command: str) -> None:
    if command == "plan":
        plan()
    elif command == "show":
        print(SAVED.read_text())
    elif command == "apply":
        apply()


if __name__ == "__main__":
    main(sys.argv[1])
