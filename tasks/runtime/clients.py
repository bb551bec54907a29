"""boto3 clients, each made once per worker."""

import gc
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

CONFIG = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=3, read_timeout=15)
# A model that hangs must leave its Lambda the time to go on without it.
IMPATIENT = {"bedrock-runtime": Config(retries={"mode": "standard", "total_max_attempts": 2})}


@cache
def client(service: str) -> Any:
    """The task's own client of a service."""
    # Nothing that a client is made of is garbage: looking for some meanwhile, or ever, is a tenth of a cold start.
    gc.disable()
    made = boto3.client(service, config=CONFIG.merge(IMPATIENT.get(service, Config())))
    gc.freeze()
    gc.enable()
    return made


@cache
def hasty(service: str) -> Any:
    """The task's own client for what it can do without: one try, and no long wait."""
    impatient = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=2, read_timeout=4)
    return boto3.client(service, config=CONFIG.merge(impatient))


def session_clients(credentials: dict[str, Any]) -> Callable[[str], Any]:
    """Clients that act with a session's credentials, as sts AssumeRole returns them."""

    @cache
    def of(service: str) -> Any:
        return boto3.client(
            service,
            config=CONFIG,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )

    return of
