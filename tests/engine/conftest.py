"""One engine for all modules, with a role that may do everything, a function, and a trail that logs."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aiops.engine import Engine
from engine.functions import EXAMPLE, make_function
from engine.identities import ALLOW_ALL, TRUST, client, policy
from engine.listener import Listener


@pytest.fixture(scope="package")
def engine() -> Iterator[Engine]:
    with Engine.start() as started:
        iam, cloudtrail = started.client("iam"), started.client("cloudtrail")
        iam.create_role(RoleName="role", AssumeRolePolicyDocument=policy(TRUST))
        iam.put_role_policy(RoleName="role", PolicyName="all", PolicyDocument=policy(ALLOW_ALL))
        make_function(started, "function", EXAMPLE)
        started.client("s3").create_bucket(Bucket="trail-bucket")
        cloudtrail.create_trail(Name="trail", S3BucketName="trail-bucket")
        cloudtrail.start_logging(Name="trail")
        yield started


@pytest.fixture(scope="package")
def _all_calls(engine: Engine) -> Listener:
    return Listener(engine, "calls", {"detail-type": ["AWS API Call via CloudTrail"]})


@pytest.fixture
def calls(_all_calls: Listener) -> Listener:
    """The calls from now on."""
    _all_calls.forget()
    return _all_calls


@pytest.fixture(scope="package")
def user(engine: Engine) -> Callable[[str], Any]:
    """Clients of an IAM user who may do everything."""
    iam = engine.client("iam")
    iam.create_user(UserName="ExampleUser")
    iam.put_user_policy(UserName="ExampleUser", PolicyName="all", PolicyDocument=policy(ALLOW_ALL))
    key = iam.create_access_key(UserName="ExampleUser")["AccessKey"]
    return lambda service: client(engine, service, key["AccessKeyId"], key["SecretAccessKey"])


@pytest.fixture
def instance(engine: Engine) -> str:
    """A running instance."""
    launched = engine.client("ec2").run_instances(ImageId="ami-0abcdef1234567890", MinCount=1, MaxCount=1)
    return str(launched["Instances"][0]["InstanceId"])
