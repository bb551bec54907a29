"""Starting, stopping and talking to the engine."""

import asyncio
import atexit
import logging
import os
import platform
import signal
import socket
import sys
import tempfile
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.config import Config

from aiops.engine import environment
from aiops.engine.endpoint import application
from aiops.engine.errors import EngineError

if TYPE_CHECKING:
    from aiops.engine.models import Script


class Engine:
    """MiniStack in this process, on 127.0.0.1, behaving as AWS does where the agent depends on it."""

    _running: "Engine | None" = None

    def __init__(self, *, port: int, architecture: str) -> None:
        """Use `Engine.start`."""
        self.architecture = architecture
        self.endpoint = f"http://127.0.0.1:{port}"
        self.environment = environment.of_client(self.endpoint)
        self._directory = tempfile.TemporaryDirectory(prefix="aiops-engine-")
        self._environment_before = environment.enter(port=port, directory=self._directory.name)
        self._threads_before = set(threading.enumerate())
        self._making_client = threading.Lock()
        self._server: threading.Thread | None = None
        self._started, self._stopping = threading.Event(), threading.Event()

    @classmethod
    def start(cls, *, port: int | None = None, architecture: str | None = None, wait_scale: float = 0.05) -> Self:
        """Start on a free port, or on `port`. Waits and retry intervals of state machines are times `wait_scale`.

        Raises EngineError if the port is taken, an engine runs already or MiniStack does not start.
        """
        if Engine._running is not None:
            raise EngineError(f"an engine is running in this process already, at {Engine._running.endpoint}")
        try:
            listener = socket.create_server(("127.0.0.1", port or 0))
        except (OSError, OverflowError) as error:
            raise EngineError(f"port {port} of 127.0.0.1 cannot be used: {error}") from error
        host = {"aarch64": "arm64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
        engine = cls(port=listener.getsockname()[1], architecture=architecture or host)
        Engine._running = engine
        try:
            engine._serve(listener, wait_scale)
        except BaseException:
            listener.close()
            engine.stop()
            raise
        return engine

    def _serve(self, listener: socket.socket, wait_scale: float) -> None:
        self._behaviour = _load()
        self._behaviour.reset(wait_scale=wait_scale)
        self._server = threading.Thread(target=self._run, args=(listener.detach(),), name="engine")
        self._server.start()
        if not self._started.wait(timeout=60) or not self._server.is_alive():
            raise EngineError("MiniStack did not start within 60 seconds")
        atexit.register(self.stop)
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            # So that `with` and atexit get their turn and nothing is left over.
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))

    def _run(self, listener: int) -> None:
        try:
            asyncio.run(self._http(listener))
        finally:
            self._started.set()  # so that nobody waits for a server that has failed

    async def _http(self, listener: int) -> None:
        from hypercorn.asyncio import serve
        from hypercorn.config import Config as ServerConfig

        config = ServerConfig()
        config.bind = [f"fd://{listener}"]
        config.errorlog = None
        config.graceful_timeout = 0.2
        config.keep_alive_timeout = 75
        ours = application(ministack=self._behaviour.application, deliver=self.deliver, started=self._started.set)
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_told)
        await serve(ours, config, shutdown_trigger=lambda: loop.run_in_executor(None, self._stopping.wait))

    def stop(self) -> None:
        """End it with all its Lambda workers and temporary files; its state is gone. Twice does no harm."""
        if Engine._running is not self:
            return
        if self._server is not None:
            self._behaviour.reset()
            self._stopping.set()
            self._server.join(timeout=15)
            self._behaviour.reset()  # what requests that were still running have made meanwhile
            self._join_threads(seconds=5)
            self._behaviour.reset()  # and what those threads have
        environment.leave(self._environment_before)
        self._directory.cleanup()
        atexit.unregister(self.stop)
        Engine._running = None

    def _join_threads(self, *, seconds: float) -> None:
        """Wait for executions and invocations; MiniStack's idle tickers stay until the process ends."""
        deadline = time.monotonic() + seconds
        for thread in set(threading.enumerate()) - self._threads_before - {threading.current_thread()}:
            if not self._behaviour.is_ticker(thread):
                thread.join(timeout=max(0.0, deadline - time.monotonic()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def client(self, service: str, *, role: str | None = None) -> Any:
        """A boto3 client of the account's root, or with a session of the named role, whoever that role trusts."""
        key, secret, token = ("test", "test", None) if role is None else self._behaviour.role_session(role)
        with self._making_client:  # making clients is not thread-safe, using them is
            return boto3.session.Session(region_name=environment.REGION).client(
                service,
                endpoint_url=self.endpoint,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=token,
                config=Config(inject_host_prefix=False),
            )

    def deliver(self, event: dict[str, Any]) -> None:
        """Hand one event, in EventBridge's envelope, to the rules, as AWS would. EngineError if it is no event."""
        for field in ("source", "detail-type"):
            if not isinstance(event, dict) or not isinstance(event.get(field), str):
                raise EngineError(f"not an EventBridge event: it has no {field!r}")
        self._behaviour.deliver(event)

    def impair(self, instance_id: str, impaired: bool = True) -> None:
        """A hardware fault: DescribeInstanceStatus reports both checks as impaired, until taken back."""
        self._behaviour.impair(instance_id, impaired)

    def throttle(self, table: str, throttled: bool = True) -> None:
        """A DynamoDB table is out of throughput: its items can be neither read nor written, until taken back."""
        self._behaviour.throttle(table, throttled)

    def lose(self, source: str, lost: bool = True) -> None:
        """Events of a source no longer arrive, until taken back."""
        self._behaviour.lose(source, lost)

    def hang(self, instance_id: str) -> None:
        """The guest no longer answers: the instance check alone fails, until the instance is rebooted or stopped."""
        self._behaviour.hang(instance_id)

    def shut_down_inside(self, instance_id: str) -> None:
        """The guest shuts itself down: stopped for Client.InstanceInitiatedShutdown, with no CloudTrail event."""
        self._behaviour.shut_down_inside(instance_id)

    @property
    def model(self) -> "Script | None":
        """Answers Bedrock's Converse: gets the request, returns the response or raises a ClientError; None: canned."""
        script: Script | None = self._behaviour.models.script
        return script

    @model.setter
    def model(self, script: "Script | None") -> None:
        self._behaviour.models.script = script


def _told(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What went wrong, but for connections that the end cuts off: Python 3.11 tells of each (CPython gh-113538)."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)


def _load() -> Any:
    """Import MiniStack and what is added to it, keeping its log lines out of the way."""
    if logging.lastResort is not None and _not_ministack not in logging.lastResort.filters:
        logging.lastResort.addFilter(_not_ministack)
    logging.getLogger().addHandler(quiet := logging.NullHandler())  # else ministack.app configures the root logger
    try:
        from aiops.engine import behaviour
    except ImportError as error:
        raise EngineError(f"MiniStack cannot be loaded: {error}") from error
    finally:
        logging.getLogger().removeHandler(quiet)
    return behaviour


def _not_ministack(record: logging.LogRecord) -> bool:
    return f"{os.sep}ministack{os.sep}" not in record.pathname
