"""Environment variables: what MiniStack and its Lambda workers see, and what a client of the engine needs."""

import os

ACCOUNT = "123456789012"
REGION = "us-east-1"

# What whoever runs this has set up for AWS (profile, endpoint, proxy) must not leak into the workers.
_SETTINGS: dict[str, str | None] = {
    "AUTH": "true",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ENDPOINT_URL": None,
    "AWS_ENDPOINT_URL_S3": None,
    "AWS_PROFILE": None,
    "AWS_REGION": REGION,
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_SESSION_TOKEN": None,
    "BIND_HOST": "127.0.0.1",
    "CLOUDTRAIL_RECORDING": "1",
    "DOCKER_HOST": f"unix://{os.devnull}/none",
    "IOT_MTLS_ENABLED": "0",
    "LAMBDA_EXECUTOR": "local",
    "MINISTACK_ACCOUNT_ID": ACCOUNT,
    "MINISTACK_REGION": REGION,
    "NO_PROXY": "127.0.0.1,localhost",
    "PERSIST_STATE": "0",
    "SFTP_ENABLED": "0",
}


def enter(*, port: int, directory: str) -> dict[str, str | None]:
    """Set what MiniStack needs, with a directory for what it writes; returns what `leave` puts back."""
    wanted = {**_SETTINGS, "GATEWAY_PORT": str(port), "STATE_DIR": directory}
    before = {name: os.environ.get(name) for name in wanted}
    leave(wanted)
    return before


def leave(variables: dict[str, str | None]) -> None:
    """Set each variable, or remove it if its value is None."""
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def of_client(endpoint: str) -> dict[str, str]:
    """Variables with which boto3, the AWS CLI and the CDK talk to the engine as the account's root."""
    ours = {name: value for name, value in _SETTINGS.items() if value and name.startswith(("AWS_", "NO_PROXY"))}
    return {**ours, "AWS_ENDPOINT_URL": endpoint, "AWS_ENDPOINT_URL_S3": endpoint}
