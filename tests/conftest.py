"""An AWS account on moto for each test that asks for one; no test reaches beyond this machine."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from granted_calls import GRANTS, wrong
from hypothesis import settings
from recorded_calls import CALLS, recording

# A busy machine is no failure.
settings.register_profile("no-clock", deadline=None)
settings.load_profile("no-clock")

# Read when the logger and the metrics are made, which is when they are imported; moto's images take it half a second.
os.environ.update(
    POWERTOOLS_SERVICE_NAME="aiops", POWERTOOLS_METRICS_NAMESPACE="AIOps", MOTO_EC2_LOAD_DEFAULT_AMIS="false"
)


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _loopback(address[0]):
            raise AssertionError(f"a test wants to connect to {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A directory's tests run in one process, those of the deployed stack first: they take longest."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_directory(item)))
    items.sort(key=lambda item: _directory(item) != "end_to_end")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """After a whole run without a failure what was called is what is granted. A worker hands over what it noted."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output.update(calls=sorted(CALLS), grants=sorted(GRANTS))
    elif _whole(session) and (lines := list(wrong())):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        reporter.section("calls and grants", red=True)
        for line in lines:
            reporter.write_line(line)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended."""
    for known, name in ((CALLS, "calls"), (GRANTS, "grants")):
        known.update((role, action) for role, action in getattr(node, "workeroutput", {}).get(name, ()))


def _whole(session: pytest.Session) -> bool:
    narrowed = any(session.config.getoption(one) for one in ("keyword", "markexpr", "deselect", "collectonly"))
    every = session.config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return every and not narrowed and not session.testsfailed and not session.shouldstop


def _directory(item: pytest.Item) -> str:
    return item.path.relative_to(Path(__file__).parent).parts[0]


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True, scope="session")
def _recorded() -> Iterator[None]:
    """Note what is called."""
    import boto3

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3.Session, "client", recording(boto3.Session.client))
        yield


@pytest.fixture(scope="session")
def _session() -> Iterator[Any]:
    """One for all tests, and with it the tasks' clients: each reads boto3's models anew."""
    import boto3
    import moto.core  # noqa: F401 - it must be there before the session, to listen

    from tasks.runtime.clients import client

    client.cache_clear()
    yield boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="us-east-1")
    client.cache_clear()


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, _session: Any) -> Iterator[Any]:
    """A cloud.Cloud: what the stack would make, on moto."""
    import boto3
    from cloud import Cloud
    from moto import mock_aws
    from moto_gaps import CONFIG, fill

    with mock_aws(config=CONFIG):
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", _session)
        account = Cloud(monkeypatch, tmp_path)
        fill(monkeypatch, account)
        account.deploy()
        yield account
        account.leave_alone()


@pytest.fixture
def machine(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A machine.Machine on that account."""
    from machine import Machine

    return Machine(cloud, monkeypatch)
