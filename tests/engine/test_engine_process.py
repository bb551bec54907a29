"""The engine lives in one process, and leaves nothing when it ends."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from aiops.engine import Engine, EngineError

TESTS = Path(__file__).parents[1]
LIBRARIES = os.pathsep.join(map(str, (TESTS.parent, TESTS)))
IN_USE = """
import threading, time
from aiops.engine import Engine
from engine.functions import make_function
from engine.identities import TRUST, policy
def invoke(engine):
    engine.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=policy(TRUST))
    make_function(engine, "f", "import os\\ndef handler(event, _):\\n    return os.getpid()")
    return int(engine.client("lambda").invoke(FunctionName="f", Payload=b"{}")["Payload"].read())
"""
BUILDING = """
import os, tempfile, time
from aiops.engine import Engine
from engine.building import build, give_source
with Engine.start() as engine:
    give_source(engine)
    build(engine, "endless", "sleep 600")
    while not [name for name in os.listdir(tempfile.gettempdir()) if name.startswith("aiops-build-")]:
        time.sleep(0.05)
print(os.listdir(tempfile.gettempdir()))
"""


def test_there_is_one_engine_and_a_taken_port_is_one_clear_error(engine: Engine) -> None:
    with pytest.raises(EngineError, match="running in this process already"):
        Engine.start()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        script = f"from aiops.engine import Engine, EngineError\ntry: Engine.start(port={port})\n"
        done = run(script + "except EngineError as error: print(error)", Path("/"))
    assert done.stdout.startswith(f"port {port} of 127.0.0.1 cannot be used")
    assert done.stdout.count("\n") == 1


def test_an_engine_can_follow_another_and_leaves_nothing(tmp_path: Path) -> None:
    """Start, stop, start, stop in one process: no worker, no thread that keeps it alive, no file, no output."""
    script = IN_USE + "for _ in 1, 2:\n    with Engine.start() as engine: print(invoke(engine))\n"
    done = run(script + "print([t.name for t in threading.enumerate() if not t.daemon])", tmp_path)
    *workers, threads = done.stdout.splitlines()
    assert threads == "['MainThread']"
    assert not [pid for pid in workers if alive(int(pid))]
    assert list(tmp_path.iterdir()) == []
    assert done.stderr == ""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_nothing_either(tmp_path: Path, how: signal.Signals) -> None:
    script = IN_USE + "with Engine.start() as engine:\n    print(invoke(engine), flush=True)\n    time.sleep(60)\n"
    environment = {**os.environ, "PYTHONPATH": LIBRARIES, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        assert process.stdout is not None
        worker = int(process.stdout.readline())
        assert alive(worker)
        process.send_signal(how)
        process.wait(timeout=20)
    assert not alive(worker)
    assert list(tmp_path.iterdir()) == []


def test_the_engine_takes_its_builds_along(tmp_path: Path) -> None:
    assert run(BUILDING, tmp_path).stdout == "[]\n"


def run(script: str, temporary: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": LIBRARIES, "TMPDIR": str(temporary)}
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True, env=environment
    )


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().split()[2] != "Z"
