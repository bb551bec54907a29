"""What may be run on a host: a document of our own for each action, and parameters that only the policy can give.

A document refuses a parameter that does not fit its pattern, and so do we before a plan is made.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tasks.domain.kinds import Json
from tasks.domain.wildcard import fits

# A systemd unit's name, without its escapes (man systemd.unit).
UNIT = r"[A-Za-z0-9][A-Za-z0-9:_.@-]{0,127}"
# Where files are known to be temporary, or logs and caches; no name begins with a dot, so there is no way up.
DIRECTORY = r"/(tmp|var/tmp|var/log|var/cache)(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*"
DAYS = r"[1-9][0-9]{0,3}"


@dataclass(frozen=True)
class Command:
    """`parameters` are the document's, name to pattern; `given` reads them from the policy's settings of the action.

    It gets the name of the alarm or the log group that told too, and returns None where the settings say nothing.
    """

    document: str
    script: str
    parameters: Mapping[str, str]
    given: Callable[[Json, str], Mapping[str, str] | None]


def _service(settings: Json, told_by: str) -> Mapping[str, str] | None:
    services = settings.get("services", {})
    pattern = fits(told_by, services)
    return {"service": services[pattern]} if pattern else None


def _directories(settings: Json, told_by: str) -> Mapping[str, str] | None:
    listed = settings.get("directories", [])
    return {"directories": " ".join(listed), "days": str(settings.get("older_than_days", 7))} if listed else None


COMMANDS = {
    "restart_service": Command("aiops-RestartService", "restart_service.sh", {"service": UNIT}, _service),
    "clean_disk": Command(
        "aiops-CleanDisk",
        "clean_disk.sh",
        {"directories": f"{DIRECTORY}( {DIRECTORY})*", "days": DAYS},
        _directories,
    ),
    "collect_evidence": Command("aiops-CollectEvidence", "collect_evidence.sh", {}, lambda settings, told_by: {}),
}


def parameters(action: str, settings: Json, told_by: str) -> dict[str, str] | None:
    """The parameters of an action's document; None where the policy gives none, or one that is not as it must be."""
    command = COMMANDS[action]
    given = command.given(settings, told_by)
    if given is None or not all(re.fullmatch(command.parameters[name], value) for name, value in given.items()):
        return None
    return dict(given)
