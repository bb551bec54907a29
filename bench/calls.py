"""How many calls to AWS each function makes, counted in the engine while it serves them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiops.engine.wrap import wraps_function

# Sessions of the recovery role are named after the incident; a healing that needs no Undo has Restore's alone.
RECOVERY = "aiops-recovery-"


class Calls:
    """Counts what passes while it is counting; of the engine that runs in this process."""

    def __init__(self) -> None:
        # Only here: MiniStack reads its settings when it is imported, and the engine makes them.
        from ministack import app
        from ministack.core.router import extract_access_key_id
        from ministack.services import sts

        self._counting: list[Counter[str]] = []
        self._key, self._sessions = extract_access_key_id, sts._sessions
        wraps_function(app, "_dispatch_service_request")(self._serve)

    @contextmanager
    def counting(self) -> Iterator[Counter[str]]:
        """Function to its number of calls meanwhile."""
        counted = Counter[str]()
        self._counting.append(counted)
        try:
            yield counted
        finally:
            self._counting.remove(counted)

    async def _serve(self, original: Any, method: str, path: str, headers: dict[str, str], *more: Any) -> Any:
        session = self._sessions.get(self._key(headers, {}), {}).get("Arn", "")
        if by := function(session):
            for counted in self._counting:
                counted[by] += 1
        return await original(method, path, headers, *more)


def function(session: str) -> str:
    """The state whose function has this session (its ARN), empty for anybody else's."""
    _, _, role = session.partition(":assumed-role/")
    if role.startswith(RECOVERY):
        return "Restore"
    name = role.rpartition("/")[2]
    return name.removeprefix("aiops-") if name.startswith("aiops-") else ""
