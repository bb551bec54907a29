"""The policy that was deployed with the code."""

import json
from functools import cache
from pathlib import Path

from tasks.domain.policy import Policy, parse

FILE = Path(__file__).parent.parent / "policy.json"


@cache
def policy() -> Policy:
    """policy.yaml as synth checked it and wrote it beside the tasks."""
    return parse(json.loads(FILE.read_text(encoding="utf-8")))
