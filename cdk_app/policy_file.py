"""policy.yaml, read and checked: a bad policy never deploys."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from tasks import resources
from tasks.domain.rules import RULES

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "policy.schema.json"


class BadPolicy(Exception):
    """One line: which file, which path in it, what is wrong."""


def read(path: Path = ROOT / "policy.yaml") -> dict[str, Any]:
    """The document of a policy file. Raises BadPolicy unless it fits the schema and names what the agent knows."""
    try:
        document = yaml.load(path.read_text(), Loader=_Strict)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise BadPolicy(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadPolicy(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    checker = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    if found := jsonschema.exceptions.best_match(checker.iter_errors(document)):
        raise BadPolicy(f"{path}: {'.'.join(map(str, found.absolute_path)) or 'the document'}: {found.message}")
    _check_names(path, document)
    return dict(document)


def _check_names(path: Path, document: dict[str, Any]) -> None:
    issues = {rule.issue for rule in RULES}
    actions = {action for one in resources.TYPES for action in resources.module(one).ACTIONS}
    for issue, recovery in document["recover"].items():
        if issue not in issues:
            raise BadPolicy(f"{path}: recover.{issue}: no such issue; known are {', '.join(sorted(issues))}")
        if recovery["action"] not in actions:
            raise BadPolicy(f"{path}: recover.{issue}.action: no such action; known are {', '.join(sorted(actions))}")
    for action in document.get("deny", {}).get("actions", ()):
        if action not in actions:
            raise BadPolicy(f"{path}: deny.actions: no action {action}; known are {', '.join(sorted(actions))}")


class _Strict(yaml.SafeLoader):
    """YAML takes the last of two equal keys, which would drop half of a deny list without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for position, key in enumerate(keys):
            if key in keys[:position]:
                raise yaml.MarkedYAMLError(
                    problem=f"{key!r} stands twice", problem_mark=node.value[position][0].start_mark
                )
        return super().construct_mapping(node, deep)
