"""A policy file, as the command reads it."""

from pathlib import Path

from aiops.errors import BadInput
from cdk_app import policy_file
from cdk_app.policy_file import BadPolicy
from tasks.domain.catalogue import TYPES
from tasks.domain.planning import Action
from tasks.domain.policy import Policy, parse
from tasks.resources import actions

DEFAULT = policy_file.ROOT / "policy.yaml"
ACTIONS: dict[str, Action] = {name: action for one in TYPES for name, action in actions(one).items()}


def load(path: Path | None) -> Policy:
    """The policy in a file, policy.yaml if none is given. BadInput with one line for each fault."""
    try:
        return parse(policy_file.read(path or DEFAULT))
    except BadPolicy as wrong:
        raise BadInput(str(wrong)) from wrong
