"""How fast recorded events are decided, and how long understanding one takes: published events, one processor."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from aiops.deciding import Terms, decide, see
from aiops.policy import load
from tasks.domain.incident import understand
from tasks.domain.rules import judge

EVENTS = Path(__file__).parent.parent / "tests" / "events"
ROUNDS = 20


@dataclass(frozen=True)
class Replaying:
    """By processor time; `understanding_us` is from the event to the rules' verdict, in microseconds."""

    events_per_second: float
    understanding_us: float


def measure() -> Replaying:
    """Every published event in turn, after one round to warm up."""
    lines = [file.read_text() for file in sorted(EVENTS.glob("*.json")) if file.stem != "actors"]
    events, terms = [json.loads(line) for line in lines], Terms(load(None), 0.8)
    for event in events:
        decide(see(event), terms)
    start = time.process_time()
    for _ in range(ROUNDS):
        for line in lines:
            json.dumps(decide(see(json.loads(line)), terms))
    replayed = time.process_time()
    for _ in range(ROUNDS):
        for event in events:
            judge(understand(event))
    understood = time.process_time()
    decided = ROUNDS * len(events)
    return Replaying(decided / (replayed - start), 1e6 * (understood - replayed) / decided)
