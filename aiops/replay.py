"""`aiops replay`: what the deployed code would decide for recorded events, or by another policy."""

import json
from pathlib import Path

import yaml

from aiops.deciding import Terms, decide, described, see
from aiops.errors import BadInput
from aiops.event_file import events
from aiops.policy import load
from cdk_app.policy_file import ROOT
from tasks.domain.opting import AUTONOMY


def replay_file(path: Path, *, policy: Path | None, against: Path | None, managed: Path | None) -> None:
    """Print one JSON line for each event in order; with `against`, only for those that it decided differently."""
    threshold = float(json.loads((ROOT / "cdk.json").read_text())["context"]["confidence_threshold"])
    tags = _managed(managed) if managed else None
    new = Terms(load(policy), threshold, tags)
    old = Terms(load(against), threshold, tags) if against else None
    for event in events(path):
        seen = see(event)
        decision = decide(seen, new)
        if old is None:
            print(json.dumps(described(seen) | decision))
        elif (before := decide(seen, old)) != decision:
            print(json.dumps(described(seen) | {"old": before, "new": decision}))


def _managed(path: Path) -> dict[str, str]:
    """Resource id or ARN to autonomy, from YAML or JSON, which YAML contains."""
    try:
        found = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: {error.strerror if isinstance(error, OSError) else 'no UTF-8'}") from error
    except yaml.YAMLError as error:
        raise BadInput(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(found, dict):
        raise BadInput(f"{path}: a mapping of resource ids or ARNs to {', '.join(AUTONOMY)} is wanted")
    for name, level in found.items():
        if level not in AUTONOMY:
            raise BadInput(f"{path}: {name}: {level!r} is none of {', '.join(AUTONOMY)}")
    return {str(name): str(level) for name, level in found.items()}
