"""`cdk deploy` of the real stack onto the engine."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from aiops.engine import ACCOUNT, REGION, Engine, EngineError
from cdk_app.buildspec import CDK

ROOT = Path(__file__).parent.parent
# Where the user's code would be, for those who put some there.
SOURCE = "s3://aiops-demo-source/app.zip"
# What makes a laptop different from an account: short waits, no bootstrap roles, room for many faults at once.
CONTEXT = {
    "synthesizer": "cli",
    "removal": "destroy",
    "drift_grace_minutes": "0",
    "verify_deadline_minutes": "0.05",
    "settle_seconds": "0.5",
    "incidents_per_hour": "1000",
    "burst": "100",
    "redeploy": "terraform",
    "redeploy_source": SOURCE,
    "storm_incidents": "1000",
}
# The CDK CLI tells nobody about this deployment and asks nobody for news; npm does not try for a minute in vain.
SETTINGS = {"CI": "true", "CDK_DISABLE_CLI_TELEMETRY": "true", "npm_config_fetch_retry_mintimeout": "1000",
            "npm_config_fetch_retry_maxtimeout": "4000"}  # fmt: skip


def deploy(
    engine: Engine, *, context: dict[str, str] | None = None, told: Callable[[str], None] = lambda _: None
) -> None:
    """Deploy the stack; `told` gets each line that the CDK CLI prints. EngineError with its last lines if it fails."""
    # All that `cdk bootstrap` would add for a deployment with the CLI's own credentials.
    engine.client("s3").create_bucket(Bucket=f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}")
    options = {**CONTEXT, "architecture": engine.architecture, **(context or {})}
    with tempfile.TemporaryDirectory(prefix="aiops-deploy-") as directory:
        command = [*CDK, "deploy", "--require-approval", "never", "--progress", "events", "--no-notices"]
        command += ["--output", f"{directory}/cdk.out"]
        for key, value in options.items():
            command += ["--context", f"{key}={value}"]
        with _running(command, {**_environment(engine), "TMPDIR": directory}) as process:
            lines = []
            for line in process.stdout or ():
                lines.append(line.rstrip())
                told(line.rstrip())
            if process.wait():
                raise EngineError(_failure([line for line in lines if line]))


@contextmanager
def _running(command: Sequence[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The CDK CLI; it ends with the block, with all that it has started."""
    try:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except FileNotFoundError as missing:
        raise EngineError("npx is not to be found: run `make demo`, which installs Node") from missing
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate()


def _failure(lines: list[str]) -> str:
    """npm's failure in one line, the CDK's as it says it."""
    for line in lines:
        if line.startswith("npm error code "):
            return f"npx cannot fetch {CDK[-1]} ({line.removeprefix('npm error code ')}): is there a network?"
    return "cdk deploy failed:\n  " + "\n  ".join(lines)[-1500:]


def _environment(engine: Engine) -> dict[str, str]:
    """The engine's credentials, and this interpreter's Node and Python before any other."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, **engine.environment, **SETTINGS, "PATH": path}
