"""`cdk deploy` of the real stack onto the engine."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from aiops.engine import ACCOUNT, REGION, Engine, EngineError

ROOT = Path(__file__).parent.parent
CDK = ("npx", "--yes", "aws-cdk@2.1148.1")
# What makes a laptop different from an account: short waits, no bootstrap roles, room for many faults at once.
CONTEXT = {
    "synthesizer": "cli",
    "removal": "destroy",
    "drift_grace_minutes": "0",
    "verify_deadline_minutes": "0.05",
    "incidents_per_hour": "1000",
    "burst": "100",
}


def deploy(
    engine: Engine, *, context: dict[str, str] | None = None, told: Callable[[str], None] = lambda _: None
) -> None:
    """Deploy the stack; `told` gets each line that the CDK CLI prints. EngineError with its last lines if it fails."""
    # All that `cdk bootstrap` would add for a deployment with the CLI's own credentials.
    engine.client("s3").create_bucket(Bucket=f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}")
    options = {**CONTEXT, "architecture": engine.architecture, **(context or {})}
    with tempfile.TemporaryDirectory() as output:
        command = [*CDK, "deploy", "--require-approval", "never", "--progress", "events", "--output", output]
        for key, value in options.items():
            command += ["--context", f"{key}={value}"]
        try:
            process = subprocess.Popen(
                command, cwd=ROOT, env=_environment(engine), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
        except FileNotFoundError as missing:
            raise EngineError("npx is not to be found: run `make demo`, which installs Node") from missing
        lines = []
        for line in process.stdout or ():
            lines.append(line.rstrip())
            told(line.rstrip())
        if process.wait():
            raise EngineError("cdk deploy failed:\n  " + "\n  ".join(line for line in lines if line)[-1500:])


def _environment(engine: Engine) -> dict[str, str]:
    """The engine's credentials, and this interpreter's Node and Python before any other."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, **engine.environment, "PATH": path, "CI": "true"}
