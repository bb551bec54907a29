"""The command as a process of its own, and what it leaves behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Command:
    """`python -m aiops.cli WORDS` with its temporary files in a directory that nobody else uses.

    `path` replaces the directory of the interpreter: what is not in it is not installed.
    """

    def __init__(self, *words: str, temporary: Path, path: Path | None = None) -> None:
        self.temporary = temporary
        python, search = sys.executable, os.environ["PATH"]
        libraries = os.pathsep.join([str(ROOT), *(entry for entry in sys.path if entry.endswith("site-packages"))])
        if path is not None:
            python, search = str(path / "python"), str(path)
            (path / "python").symlink_to(Path(sys.executable).resolve())
        environment = {**os.environ, "TMPDIR": str(temporary), "PATH": search, "PYTHONPATH": libraries}
        self.process = subprocess.Popen(
            [python, "-m", "aiops.cli", *words],
            cwd=ROOT,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def end(self, seconds: float = 120) -> tuple[int, str, str]:
        """Exit status, standard output, standard error."""
        try:
            out, err = self.process.communicate(timeout=seconds)
        finally:
            self.kill()
        return self.process.returncode, out, err

    def terminate(self, *, once: Callable[[], bool]) -> tuple[int, str, str]:
        """Send SIGTERM to this process alone, as soon as a condition holds."""
        deadline = time.monotonic() + 180
        while not once():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline, "it did not get that far"
            time.sleep(0.1)
        self.process.send_signal(signal.SIGTERM)
        return self.end(seconds=60)

    def processes(self) -> list[str]:
        """The command lines of processes that it started, directly or not, and that live."""
        mark, found = f"TMPDIR={self.temporary}".encode(), []
        for directory in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (directory / "environ").read_bytes():
                    found.append((directory / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue  # it ended meanwhile, or is somebody else's
        return found

    def kill(self) -> None:
        """Leave nothing to the tests that follow."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def port_is_free(told: str) -> bool:
    """Whether nothing listens any more at the endpoint that the command told."""
    found = re.search(r"http://127\.0\.0\.1:(\d+)", told)
    assert found, told
    with socket.socket() as looking:
        return looking.connect_ex(("127.0.0.1", int(found[1]))) != 0
