"""An AWS account on moto for each test that asks for one; no test reaches beyond this machine."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What all suites called is compared with what is granted when all have run."""
    items.sort(key=lambda item: item.path.name == "test_calls.py")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True, scope="session")
def _recorded() -> Iterator[None]:
    """Note what is called, for tests/stack/test_calls.py."""
    import boto3
    from recorded_calls import recording

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
