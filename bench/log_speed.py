"""How fast log lines become patterns, beside drain3 with its defaults, in processor time."""

import random
import time
from dataclasses import dataclass

from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig

from tasks.domain.logs.miner import Miner
from tasks.domain.logs.reader import Reader

LINES = 60_000
KINDS = (
    "INFO served /orders/{n} in {n} ms for {name}",
    "WARN retry {n} of {n} after {n} ms: connection to 10.0.{n}.{n}:5432 timed out",
    "DEBUG worker-{n} picked job {h} from queue {name}",
    "ERROR cannot write /var/lib/shop/{h}.db: no space left on device (code={n})",
    "user {name} logged in from 192.168.{n}.{n} port {n}",
    "cache {h} size={n} hits={n} misses={n} ratio=0.{n}",
    "GC pause {n} ms, heap {n} MB of {n} MB",
    "session {h} closed after {n} seconds",
)
NAMES = ("ada", "bea", "cyd", "dot", "eve", "fay", "gus", "hal", "ian", "joy")


@dataclass(frozen=True)
class Speed:
    """Lines a second."""

    ours: float
    drain3: float

    @property
    def ratio(self) -> float:
        return self.drain3 / self.ours


def measure() -> Speed:
    chance = random.Random(1)  # noqa: S311 - the same lines every time
    lines = [
        chance.choice(KINDS)
        .replace("{name}", chance.choice(NAMES))
        .replace("{h}", f"{chance.getrandbits(32):08x}")
        .replace("{n}", str(chance.randrange(1000)))
        for _ in range(LINES)
    ]
    text = "".join(f"{line}\n" for line in lines).encode()
    start = time.process_time()
    miner = Miner()
    Reader(miner).numbers(text)
    miner.settle()
    ours = time.process_time() - start
    config = TemplateMinerConfig()
    config.profiling_enabled = False
    other = TemplateMiner(config=config)
    start = time.process_time()
    for line in lines:
        other.add_log_message(line)
    return Speed(LINES / ours, LINES / (time.process_time() - start))
