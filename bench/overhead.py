"""How long healing takes, against a machine of the same shape whose functions do nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bench import idle
from bench.stand import Run, Stand

ROUNDS = 20
WARM_UP = 2


@dataclass(frozen=True)
class Overhead:
    """Median seconds of an execution."""

    healing: float
    idle: float

    @property
    def ratio(self) -> float:
        return self.healing / self.idle


def measure(stand: Stand, model: Run, *, told: Callable[[str], None]) -> Overhead:
    """Both machines in turn, with warm workers and the same event; `model` gives the idle functions' answers."""
    machine = idle.make(stand.engine, idle.results(model.history), role=stand.role)
    healing, doing_nothing = [], []
    with stand.alone():
        for number in range(WARM_UP + ROUNDS):
            told(f"workflow overhead, round {number + 1} of {WARM_UP + ROUNDS}")
            event = stand.stop_instance()
            healing.append(stand.heal(event))
            doing_nothing.append(stand.run(event, machine=machine))
    seconds = [median(run.seconds for run in runs[WARM_UP:]) for runs in (healing, doing_nothing)]
    return Overhead(*seconds)
