"""The rows of the table that `python -m bench` prints."""

from dataclasses import dataclass

from rich.table import Table

from bench.cold_start import ColdStart
from bench.cost import POLLS
from bench.log_speed import Speed
from bench.overhead import Overhead
from bench.replaying import Replaying
from bench.sizes import Size
from bench.usage import Usage

OVERHEAD_GOAL, COLD_GOAL, COST_GOAL = 2.0, 1.25, 0.60
LOOSER_GOALS = {"AnalyzeLogs": 1.5}  # it compiles what tells lines apart
REPLAY_GOAL = 1_000
LOG_GOAL = 0.5


@dataclass(frozen=True)
class Row:
    """One line; `kept` says whether the goal is, None without one."""

    what: str
    measured: str
    against: str = ""
    figure: str = ""
    goal: str = ""
    kept: bool | None = None


def table(rows: list[Row]) -> Table:
    made = Table("what", "measured", "against", "ratio or price", "goal", "")
    verdicts = {None: "", True: "[green]ok[/green]", False: "[red]over[/red]"}
    for one in rows:
        made.add_row(one.what, one.measured, one.against, one.figure, one.goal, verdicts[one.kept])
    return made


def _ratio(what: str, measured: str, against: str, ratio: float, goal: float) -> Row:
    return Row(what, measured, against, f"{ratio:.2f}", f"at most {goal}", ratio <= goal)


def of_overhead(found: Overhead) -> list[Row]:
    """The whole, and where the time goes."""
    whole = _ratio(
        "a healing execution", f"{found.healing:.2f} s", f"{found.idle:.2f} s idle", found.ratio, OVERHEAD_GOAL
    )
    parts = [
        Row(f"  in {one.name}", f"{1000 * one.healing:.0f} ms, {one.calls} calls", f"{1000 * one.idle:.0f} ms idle")
        for one in found.states
    ]
    return [whole, *parts]


def of_cold_starts(found: list[ColdStart]) -> list[Row]:
    return [
        _ratio(
            f"cold start of {one.task}",
            f"{one.seconds:.2f} s",
            f"{one.bare:.2f} s bare",
            one.ratio,
            LOOSER_GOALS.get(one.task, COLD_GOAL),
        )
        for one in sorted(found, key=lambda one: -one.ratio)
    ]


def of_logs(found: Speed) -> list[Row]:
    ours, other = (f"{1e6 / one:.1f} µs" for one in (found.ours, found.drain3))
    return [_ratio("a log line's pattern", ours, f"{other} drain3", found.ratio, LOG_GOAL)]


def of_packages(found: list[Size]) -> list[Row]:
    return [
        Row(
            f"package of {len(one.functions)} functions",
            f"{one.zipped / 1000:.0f} kB zipped, {one.unzipped / 1000:.0f} kB",
        )
        for one in found
    ]


def of_cost(alone: Usage, caused: Usage, incidents: int) -> list[Row]:
    """What so many incidents cost, of what that consists, and what else they cause."""
    prices, others = alone.dollars(incidents), caused.dollars(incidents)
    total = sum(prices.values())
    used = f"{alone.transitions} transitions, {POLLS} polls of Verify"
    whole = Row(f"{incidents:,} incidents", used, "", f"${total:.2f}", f"at most ${COST_GOAL:.2f}", total <= COST_GOAL)
    parts = [Row(f"  {name}", "", "", f"${dollars:.3f}") for name, dollars in prices.items()]
    more = Row("  and what they cause", f"{caused.transitions} transitions", "", f"${sum(others.values()):.2f}")
    return [whole, *parts, more]


def of_replay(found: Replaying) -> list[Row]:
    speed, each = found.events_per_second, f"{found.understanding_us:.0f} µs to understand and judge one"
    goal = f"at least {REPLAY_GOAL:,}"
    return [Row("replayed events", f"{speed:,.0f} a second", each, "", goal, speed >= REPLAY_GOAL)]
