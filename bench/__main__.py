"""Run the measurements that are named, or all, and print one table, or with `--json` one JSON object.

Usage: python -m bench [logs] [replay] [cost] [overhead] [cold] [packages] [--json]
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console

from bench import cold_start, cost, log_speed, overhead, replaying, report, sizes
from bench.report import Row
from bench.stand import Stand, stand

ALONE = ("logs", "replay")
ON_THE_ENGINE = ("cost", "overhead", "cold", "packages")

# The name of a measurement, what it found as JSON, and its rows.
Part = tuple[str, Any, list[Row]]


def main() -> int:
    """Exit status 0 whatever the figures: they are for people, who see what is over its goal."""
    words = [one for one in sys.argv[1:] if one != "--json"]
    if unknown := set(words) - {*ALONE, *ON_THE_ENGINE}:
        print(f"bench: no measurement {', '.join(sorted(unknown))}\n{__doc__}", file=sys.stderr)
        return 2
    console = Console(stderr=True)
    with console.status("starting") as status:
        parts = list(_parts(words or [*ALONE, *ON_THE_ENGINE], lambda text: status.update(text)))
    if "--json" in sys.argv[1:]:
        print(json.dumps({name: found for name, found, _ in parts}))
        return 0
    rows = [row for *_, some in parts for row in some]
    Console(width=None if sys.stdout.isatty() else 110).print(report.table(rows))
    return 0


def _parts(names: list[str], told: Callable[[str], None]) -> Iterator[Part]:
    if "logs" in names:
        told("log lines")
        logs = log_speed.measure()
        yield "logs", asdict(logs) | {"ratio": logs.ratio}, report.of_logs(logs)
    if "replay" in names:
        told("replaying")
        replayed = replaying.measure()
        yield "replay", asdict(replayed), report.of_replay(replayed)
    if set(names) & set(ON_THE_ENGINE):
        with stand(told) as one:
            yield from _on_the_engine(one, names, told)


def _on_the_engine(one: Stand, names: list[str], told: Callable[[str], None]) -> Iterator[Part]:
    if "cost" in names:
        told("an incident and what it causes")
        used, caused = cost.measure(one)
        dollars = {"alone": used.dollars(cost.INCIDENTS), "caused": caused.dollars(cost.INCIDENTS)}
        found = {"used": asdict(used), "caused": asdict(caused), "dollars": dollars}
        yield "cost", found, report.of_cost(used, caused, cost.INCIDENTS)
    if "overhead" in names:
        slow = overhead.measure(one, told=told)
        yield "overhead", asdict(slow) | {"ratio": slow.ratio}, report.of_overhead(slow)
    if "cold" in names:
        cold = cold_start.measure(one, told=told)
        yield "cold", [asdict(task) | {"ratio": task.ratio} for task in cold], report.of_cold_starts(cold)
    if "packages" in names:
        packages = sizes.measure(one)
        yield "packages", [asdict(package) for package in packages], report.of_packages(packages)


if __name__ == "__main__":
    sys.exit(main())
