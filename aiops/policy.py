"""A policy file, with everything that is wrong with it told at once."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from aiops.errors import BadInput
from cdk_app import policy_file
from cdk_app.policy_file import BadPolicy
from tasks.domain.planning import Action
from tasks.domain.policy import Policy, parse
from tasks.domain.rules import RULES
from tasks.resources import TYPES, module

DEFAULT = policy_file.ROOT / "policy.yaml"
ISSUES = tuple(dict.fromkeys(rule.issue for rule in RULES))
ACTIONS: dict[str, Action] = {name: action for one in TYPES for name, action in module(one).ACTIONS.items()}


def load(path: Path | None) -> Policy:
    """The policy in a file, policy.yaml if none is given. BadInput with one line for each fault."""
    path = path or DEFAULT
    try:
        return parse(policy_file.read(path))
    except BadPolicy as first:
        raise BadInput("\n".join(_faults(path)) or str(first)) from first


def _faults(path: Path) -> list[str]:
    """Every fault of a YAML document; none if it is not even that, which its reader tells."""
    try:
        document = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return []
    checker = jsonschema.Draft202012Validator(json.loads(policy_file.SCHEMA.read_text()))
    found = sorted(checker.iter_errors(document), key=lambda error: [str(part) for part in error.absolute_path])
    wrong = [f"{'.'.join(map(str, one.absolute_path)) or 'the document'}: {one.message}" for one in found]
    return [f"{path}: {one}" for one in wrong or _unknown(document)]


def _unknown(document: Any) -> list[str]:
    """The names in a document of the right form that the agent does not know."""
    recover = document["recover"]
    named = [(f"recover.{issue}", issue, ISSUES) for issue in recover]
    named += [(f"recover.{issue}.action", row["action"], tuple(ACTIONS)) for issue, row in recover.items()]
    named += [("deny.actions", action, tuple(ACTIONS)) for action in document.get("deny", {}).get("actions", ())]
    return [
        f"{where}: {name} is unknown; known are {', '.join(known)}" for where, name, known in named if name not in known
    ]
