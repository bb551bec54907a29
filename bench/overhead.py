"""How long healing takes, against a machine of the same shape whose functions do nothing, and in which state."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from bench import idle
from bench.calls import Calls
from bench.stand import Json, Run, Stand

ROUNDS = 20
WARM_UP = 2


@dataclass(frozen=True)
class State:
    """Median seconds in one state, and the calls to AWS that its function makes."""

    name: str
    healing: float
    idle: float
    calls: int


@dataclass(frozen=True)
class Overhead:
    """Median seconds of an execution, and of its states in their order."""

    healing: float
    idle: float
    states: tuple[State, ...]

    @property
    def ratio(self) -> float:
        return self.healing / self.idle


def measure(stand: Stand, *, told: Callable[[str], None]) -> Overhead:
    """Both machines in turn, with warm workers and the same event."""
    calls = Calls()
    with stand.alone():
        model = stand.healing()
        machine = idle.make(stand.engine, idle.results(model.history), role=stand.role)
        healing, doing_nothing = list[Run](), list[Run]()
        for number in range(WARM_UP + ROUNDS):
            told(f"workflow overhead, round {number + 1} of {WARM_UP + ROUNDS}")
            event = stand.stop_instance()
            with calls.counting() as counted:
                healing.append(stand.heal(event))
            doing_nothing.append(stand.run(event, machine=machine))
    healing, doing_nothing = healing[WARM_UP:], doing_nothing[WARM_UP:]
    states = [
        State(name, _median(healing, name), _median(doing_nothing, name), counted[name])
        for name in durations(model.history)
    ]
    return Overhead(_seconds(healing), _seconds(doing_nothing), tuple(states))


def _seconds(runs: list[Run]) -> float:
    return median(run.seconds for run in runs)


def _median(runs: list[Run], state: str) -> float:
    return median(durations(run.history).get(state, 0.0) for run in runs)


def durations(history: list[Json]) -> dict[str, float]:
    """Seconds from entering each task state to leaving it, in the order of leaving."""
    return dict(_durations(history))


def _durations(history: list[Json]) -> Iterator[tuple[str, float]]:
    entered = {}
    for event in history:
        at = event["timestamp"].timestamp()
        if event["type"] == "TaskStateEntered":
            entered[event["stateEnteredEventDetails"]["name"]] = at
        elif event["type"] == "TaskStateExited":
            name = event["stateExitedEventDetails"]["name"]
            yield name, at - entered[name]
