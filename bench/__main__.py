"""Run every measurement on one engine and print one table, or with `--json` one JSON object."""

import json
import sys
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from bench import cold_start, cost, log_speed, overhead, replaying, sizes
from bench.stand import stand

OVERHEAD_GOAL, COLD_GOAL, COST_GOAL = 2.0, 1.25, 0.60
LOOSER_GOALS = {"AnalyzeLogs": 1.5}  # it compiles what tells lines apart
REPLAY_GOAL = 1_000
LOG_GOAL = 0.5


def main() -> int:
    """Exit status 0 whatever the figures: they are for people, who see what is over its goal."""
    console = Console(stderr=True)
    logs = log_speed.measure()
    replayed = replaying.measure()
    with console.status("starting") as status, stand(lambda text: status.update(text)) as one:
        healing, used, others = cost.incident(one)
        slow = overhead.measure(one, healing, told=lambda text: status.update(text))
        cold = cold_start.measure(one, healing, told=lambda text: status.update(text))
        packages = sizes.measure(one)
    price = {name: sum(one.dollars(cost.INCIDENTS).values()) for name, one in (("alone", used), ("caused", others))}
    if "--json" in sys.argv[1:]:
        figures = {
            "overhead": asdict(slow) | {"ratio": slow.ratio},
            "cold_start": [asdict(task) | {"ratio": task.ratio} for task in cold],
            "packages": [asdict(package) for package in packages],
            "dollars_per_1000": price,
            "used": asdict(used),
            "log_lines_per_second": asdict(logs) | {"ratio": logs.ratio},
            "replay": asdict(replayed),
        }
        print(json.dumps(figures))
        return 0
    table = Table("what", "measured", "against", "ratio or price", "goal", "")
    rows = [("a healing execution", f"{slow.healing:.2f} s", f"{slow.idle:.2f} s idle", slow.ratio, OVERHEAD_GOAL)]
    rows += [
        (
            f"cold start of {task.task}",
            f"{task.seconds:.2f} s",
            f"{task.bare:.2f} s bare",
            task.ratio,
            LOOSER_GOALS.get(task.task, COLD_GOAL),
        )
        for task in sorted(cold, key=lambda task: -task.ratio)
    ]
    ours, other = (f"{1e6 / one:.1f} µs" for one in (logs.ours, logs.drain3))
    rows.append(("a log line's pattern", ours, f"{other} drain3", logs.ratio, LOG_GOAL))
    for what, measured, against, ratio, goal in rows:
        table.add_row(what, measured, against, f"{ratio:.2f}", f"at most {goal}", _verdict(ratio, goal))
    for package in packages:
        size = f"{package.zipped / 1000:.0f} kB zipped, {package.unzipped / 1000:.0f} kB"
        table.add_row(f"package of {len(package.functions)} functions", size, "", "", "", "")
    total = f"{used.transitions} transitions, {cost.POLLS} polls of Verify"
    verdict = _verdict(price["alone"], COST_GOAL)
    table.add_row("1,000 incidents", total, "", f"${price['alone']:.2f}", f"at most ${COST_GOAL:.2f}", verdict)
    table.add_row("  and what they cause", f"{others.transitions} transitions", "", f"${price['caused']:.2f}", "", "")
    speed = replayed.events_per_second
    verdict = _verdict(REPLAY_GOAL, speed)
    each = f"{replayed.understanding_us:.0f} µs to understand and judge one"
    table.add_row("replayed events", f"{speed:,.0f} a second", each, "", f"at least {REPLAY_GOAL:,}", verdict)
    Console(width=None if sys.stdout.isatty() else 110).print(table)
    return 0


def _verdict(figure: float, goal: float) -> str:
    return "[green]ok[/green]" if figure <= goal else "[red]over[/red]"


if __name__ == "__main__":
    sys.exit(main())
