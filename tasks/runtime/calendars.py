"""SSM Change Calendars: closed means that nothing is to be changed."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError


def closed(ssm: Any, names: Sequence[str]) -> str:
    """Why nothing may be changed now, or an empty text; calendars that cannot be asked count as closed."""
    if not names:
        return ""
    try:
        state = ssm.get_calendar_state(CalendarNames=list(names))["State"]
    except (BotoCoreError, ClientError) as wrong:
        return f"the change calendar could not be asked, which counts as closed: {wrong}"
    return "" if state == "OPEN" else f"a change calendar is {state}: {', '.join(names)}"
