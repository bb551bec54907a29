"""CodeBuild builds run: the project's buildspec as a local process, with its source, its role, its log and its status.

MiniStack only records them. All commands share one shell, and the first that fails ends the build.
"""

import contextvars
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.exceptions import BotoCoreError, ClientError
from ministack.core import iam_actions
from ministack.services import codebuild

from aiops.engine import environment
from aiops.engine.identities import role_session
from aiops.engine.wrap import wraps_function

Build = dict[str, Any]

_PHASE = "phase of the build: "
_running: set[subprocess.Popen[str]] = set()
_watching: list[threading.Thread] = []


@wraps_function(iam_actions, "extract_resource_arn")
def _resource_arn(original: Any, service: str, *request: Any) -> str:
    """Projects that are looked up are named in a list, builds start with their project's name."""
    named = json.loads(request[3] or b"{}") if service == "codebuild" else {}
    for name in [*named.get("names", []), *named.get("ids", [])][:1]:
        return f"arn:aws:codebuild:{environment.REGION}:{environment.ACCOUNT}:project/{name.partition(':')[0]}"
    return str(original(service, *request))


@wraps_function(codebuild, "_start_build")
def _start_build(original: Any, data: dict[str, Any]) -> Any:
    answer = original(data)
    if answer[0] == 200:
        build = codebuild._builds[json.loads(answer[2])["build"]["id"]]
        project = codebuild._projects[build["projectName"]]
        variables = [
            *build["environment"].get("environmentVariables", []),
            *data.get("environmentVariablesOverride", []),
        ]
        build["environment"] = {**build["environment"], "environmentVariables": variables}
        build |= {"buildStatus": "IN_PROGRESS", "currentPhase": "QUEUED", "phases": []}
        run = contextvars.copy_context().run
        _watching.append(threading.Thread(target=run, args=(_run, build, project), name=build["id"]))
        _watching[-1].start()
    return answer


def _run(build: Build, project: Build) -> None:
    spec = yaml.safe_load(project["source"]["buildspec"])
    script = "\n".join(
        line
        for phase, part in spec["phases"].items()
        for line in (f"echo '{_PHASE}{phase.upper()}'", *part.get("commands", []))
    )
    told = codebuild._log_sink(build)
    with tempfile.TemporaryDirectory(prefix="aiops-build-") as directory:
        try:
            _unpack(project["source"]["location"], directory)
        except (OSError, zipfile.BadZipFile, BotoCoreError, ClientError) as error:
            _end(build, "DOWNLOAD_SOURCE", str(error))
            return
        process = subprocess.Popen(
            ["/bin/bash", "-e", "-c", script],
            cwd=directory,
            env={**_variables(build, spec), **_credentials(project), "HOME": directory, "TMPDIR": directory},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _running.add(process)
        for line in process.stdout or ():
            if line.startswith(_PHASE):
                build["currentPhase"] = line.removeprefix(_PHASE).strip()
            else:
                told(line.rstrip())
        status = process.wait()
        _running.discard(process)
    _end(build, build["currentPhase"], f"exit status {status}" if status else "")


def _unpack(location: str, directory: str) -> None:
    bucket, _, key = location.partition("/")
    endpoint = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"
    body = boto3.client("s3", endpoint_url=endpoint).get_object(Bucket=bucket, Key=key)["Body"].read()
    zipfile.ZipFile(io.BytesIO(body)).extractall(Path(directory))


def _variables(build: Build, spec: Build) -> dict[str, str]:
    own = {one["name"]: one["value"] for one in build["environment"]["environmentVariables"]}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {"PATH": path, **spec.get("env", {}).get("variables", {}), **own}


def _credentials(project: Build) -> dict[str, str]:
    key, secret, token = role_session(project["serviceRole"].rpartition("/")[2])
    endpoint = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"
    keys = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}
    return {**environment.of_client(endpoint), **keys}


def _end(build: Build, phase: str, failure: str) -> None:
    """A build that was stopped stays so."""
    if build["buildStatus"] != "IN_PROGRESS":
        return
    status = "FAILED" if failure else "SUCCEEDED"
    message = f"Error while executing command. Reason: {failure}" if failure else ""
    build["phases"] = [{"phaseType": phase, "phaseStatus": status, "contexts": [{"message": message}]}]
    build |= {"buildStatus": status, "currentPhase": "COMPLETED", "endTime": int(time.time())}


def end_all() -> None:
    """End every build with all that it has started, also one that is only about to start."""
    while _watching:
        for process in list(_running):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        _watching[0].join(timeout=0.05)
        if not _watching[0].is_alive():
            del _watching[0]
