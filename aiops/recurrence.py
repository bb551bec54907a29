"""`aiops incidents --patterns`: what recurs among the incidents that are kept."""

import json
from dataclasses import asdict

from aiops.account import client
from aiops.records import newest_first
from aiops.screen import show_table
from tasks.domain.recurrence import occurrences, recurring
from tasks.domain.text import inert

COLUMNS = ("issue", "by", "what", "count", "healed", "failed")


def show(*, as_json: bool) -> None:
    """What occurred more than once: each issue by resource, hour of the day (UTC), actor, and the issue before it."""
    found = recurring(one for record in newest_first(client("dynamodb")) for one in occurrences(record))
    if as_json:
        for pattern in found:
            print(json.dumps(asdict(pattern)))
        return
    show_table([[inert(str(cell), 1200) for cell in asdict(one).values()] for one in found], columns=COLUMNS)
    if not found:
        print("Nothing recurs yet.")
