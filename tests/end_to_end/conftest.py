"""One engine with the real stack for all modules."""

from collections.abc import Iterator
from typing import Any

import pytest
from recorded_calls import on_engine

from aiops.deploy import deploy
from aiops.engine import Engine
from end_to_end.account import Account

# Tokens come back so slowly that a test sees each one that is missing.
CONTEXT = {"incidents_per_hour": "120"}


@pytest.fixture(scope="package", autouse=True)
def _noted() -> Iterator[None]:
    """The calls that the engine lets through are noted, by role."""
    from ministack.core import iam_evaluator
    from ministack.services import sts

    enforce = iam_evaluator.enforce

    def noting(access_key: str, action: str, *args: Any, **kwargs: Any) -> Any:
        if (refused := enforce(access_key, action, *args, **kwargs)) is None:
            on_engine(sts._sessions, access_key, action)
        return refused

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(iam_evaluator, "enforce", noting)
        yield


@pytest.fixture(scope="package")
def deployed() -> Iterator[Account]:
    with Engine.start(wait_scale=0.02) as engine, pytest.MonkeyPatch.context() as patch:
        patch.setattr("aiops.demo.workflow.PATIENCE", 180)  # a test machine may be busy
        deploy(engine, context=CONTEXT)
        yield Account(engine)


@pytest.fixture
def account(deployed: Account) -> Iterator[Account]:
    """The account with the stack, and nothing going on in it."""
    yield deployed
    deployed.settle()
