"""Security groups are opened."""

from collections.abc import Iterator
from functools import partial

from aiops.demo.resources.security_groups import SecurityGroup
from aiops.demo.scenario import put_back
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution


def exposed(stage: Stage) -> Iterator[Execution]:
    group = SecurityGroup(stage)
    yield from put_back(stage, group, "AuthorizeSecurityGroupIngress", partial(group.let_in, "0.0.0.0/0"))
