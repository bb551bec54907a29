"""One account for all attacks: to make one takes longer than to attack it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("world")


@pytest.fixture(scope="module")
def _world(_session: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    import boto3
    from cloud import Cloud
    from machine import Machine
    from moto import mock_aws
    from moto_gaps import CONFIG, fill
    from world import World

    folder: Path = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch, mock_aws(config=CONFIG):
        patch.setattr(boto3, "DEFAULT_SESSION", _session)
        cloud = Cloud(patch, folder)
        fill(patch, cloud)
        cloud.deploy()
        yield World(cloud, Machine(cloud, patch), patch)
        cloud.leave_alone()


@pytest.fixture
def world(_world: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A world.World, whose model tells the attacker's story unless the attack says otherwise."""
    _world.begin(monkeypatch)
    return _world
