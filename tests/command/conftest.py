"""One engine for all tests of the command, and an account on it that each test finds empty."""

from collections.abc import Iterator

import pytest

from aiops.engine import Engine
from command.laptop import Account


@pytest.fixture(scope="package")
def engine() -> Iterator[Engine]:
    with Engine.start() as started:
        yield started


@pytest.fixture(scope="package")
def _laptop(engine: Engine) -> Account:
    return Account(engine)


@pytest.fixture
def account(_laptop: Account) -> Iterator[Account]:
    yield _laptop
    _laptop.empty()
