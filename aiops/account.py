"""The account that the usual AWS variables point to, and what may go wrong on the way to it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)

from aiops.errors import BadInput, Failed
from tasks.domain.text import clean

_NOBODY = "nothing answers there; is `aiops up` running, and AWS_ENDPOINT_URL what it printed?"
_ADVICE = {
    NoCredentialsError: "no AWS credentials: set AWS_PROFILE, or what `aiops up` printed",
    NoRegionError: "no AWS region: set AWS_REGION",
    EndpointConnectionError: _NOBODY,
    ConnectTimeoutError: _NOBODY,
}
_NOT_DEPLOYED = ("ResourceNotFoundException", "ParameterNotFound", "StateMachineDoesNotExist")


def client(service: str, *, patience: float = 15) -> Any:
    """A boto3 client from AWS_ENDPOINT_URL, AWS_REGION, AWS_PROFILE and the other usual variables.

    It waits `patience` seconds for an answer.
    """
    config = Config(retries={"mode": "standard", "max_attempts": 2}, connect_timeout=3, read_timeout=patience)
    try:
        return boto3.client(service, region_name=os.environ.get("AWS_REGION"), config=config)
    except ValueError as error:
        raise BadInput(f"AWS_ENDPOINT_URL: {error}") from error
    except BotoCoreError as error:
        raise Failed(_line(error)) from error


@contextmanager
def asking() -> Iterator[None]:
    """What AWS or the way to it refuses, in one line."""
    try:
        yield
    except ClientError as refused:
        code, where = refused.response["Error"]["Code"], refused.operation_name
        if code in _NOT_DEPLOYED:
            raise Failed(f"{where}: {code}: is the stack deployed in this account and region?") from refused
        raise Failed(f"{where}: {code}: {clean(refused.response['Error'].get('Message', ''), 500)}") from refused
    except BotoCoreError as error:
        raise Failed(_line(error)) from error


def _line(error: BotoCoreError) -> str:
    advice = next((advice for kind, advice in _ADVICE.items() if isinstance(error, kind)), "")
    if isinstance(error, EndpointConnectionError | ConnectTimeoutError):
        return f"{error.kwargs['endpoint_url']}: {advice}"
    return advice or clean(str(error), 500)
