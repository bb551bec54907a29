"""Who acts on the engine, and what they may."""

import json
from typing import Any

import boto3
from published import Json

from aiops.engine import ACCOUNT, REGION, Engine

ROLE = f"arn:aws:iam::{ACCOUNT}:role/role"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
TRUST = {"Effect": "Allow", "Principal": ROOT, "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def policy(*statements: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def client(engine: Engine, service: str, key: str, secret: str, token: str | None = None) -> Any:
    return boto3.session.Session(key, secret, token, REGION).client(service, endpoint_url=engine.endpoint)
