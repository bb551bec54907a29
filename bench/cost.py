"""What incidents cost: a healing execution in which Verify looks four times, and the executions that it causes."""

import json
import time
from collections.abc import Callable
from functools import partial

from bench.dynamo_units import Meter
from bench.stand import Json, Run, Stand
from bench.usage import Usage, billed, execution_log, ingested, transitions

INCIDENTS = 1_000
POLLS = 4


def measure(stand: Stand) -> tuple[Usage, Usage]:
    """What the healing execution used, and what the executions used that it caused.

    Every function starts cold, as in an account where incidents are rare. Other executions run alone, with the event
    that started them when nothing was held back.
    """
    caused, meter = _caused(stand), Meter()
    with stand.alone():
        event = stand.stop_instance()
        # Before the healing: they ask how the instance is.
        others = sum((_measured(stand, meter, partial(stand.run, one)) for one in caused), Usage())
        used = _measured(stand, meter, lambda: stand.heal(event, meanwhile=stand.polls(POLLS)))
    return used, others


def _caused(stand: Stand) -> list[Json]:
    """The events that start an execution when an instance is stopped and started again, but for the stop itself."""
    before = set(stand.executions())
    stop = stand.stop_instance()
    stand.stage.until(stand.healed, "the instance runs again")
    events = [json.loads(stand.ended(arn).input) for arn in stand.executions() if arn not in before]
    return [event for event in events if event["detail"].get("eventID") != stop["detail"]["eventID"]]


def _measured(stand: Stand, meter: Meter, execute: Callable[[], Run]) -> Usage:
    stand.cool()
    since = time.time()
    with meter.counting() as units:
        run = execute()
    lines = stand.log_lines(since)
    invocations, gigabyte_seconds = billed(lines)
    entered = [event.get("stateEnteredEventDetails", {}).get("name") for event in run.history]
    return Usage(
        transitions=transitions(run.history),
        invocations=invocations,
        gigabyte_seconds=gigabyte_seconds,
        write_units=units.writes,
        read_units=units.reads,
        log_bytes=ingested(lines) + ingested(execution_log(run.history, run.arn)),
        messages=entered.count("Notify"),
    )
