"""`aiops demo`: the real stack on the engine, real resources broken, and seen to heal."""

import json
import sys
import time
from pathlib import Path

from rich.console import Console

from aiops.demo.scenario import Scenario
from aiops.demo.scenarios import SCENARIOS
from aiops.demo.stage import Stage
from aiops.demo.timeline import Timeline
from aiops.demo.workflow import Execution, ScenarioError
from aiops.deploy import deploy
from aiops.engine import Engine
from aiops.errors import BadInput

WAIT_SCALE = 0.02


def run(names: list[str], all_: bool, json_: bool, plot: Path | None = None) -> int:
    """Play the named scenarios, all of them, or the basic ones. Exit status: 0 all ok, 1 not, 2 an unknown scenario."""
    known = {scenario.name: scenario for scenario in SCENARIOS}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"aiops demo: no scenario {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    chosen = [known[name] for name in names] or [scenario for scenario in SCENARIOS if all_ or scenario.basic]
    if plot and "foresight" not in [scenario.name for scenario in chosen]:
        raise BadInput("--plot: draws what the scenario foresight reads; name it: aiops demo foresight")
    console = Console(stderr=json_)
    with Engine.start(wait_scale=WAIT_SCALE) as engine:
        deployed(engine, console)
        stage, timeline = Stage(engine), Timeline(engine, console)
        stage.unseen, stage.plot = timeline.unseen, plot
        try:
            results = [_play(scenario, stage, timeline, console, json_) for scenario in chosen]
        finally:
            timeline.close()
    good = sum(results)
    console.print(f"\n[bold]{good} of {len(results)} as they must be[/bold], everything is cleaned up.")
    if not all_ and not names:
        console.print(
            f"`.venv/bin/aiops demo --all` plays all {len(SCENARIOS)}; `.venv/bin/aiops up` leaves it running."
        )
    return 0 if good == len(results) else 1


def deployed(engine: Engine, console: Console) -> None:
    """Deploy the stack, and say so while it goes on. EngineError if it fails."""
    console.print(f"AWS on this laptop: {engine.endpoint}")
    started = time.monotonic()
    with console.status("cdk deploy") as status:
        deploy(engine, told=lambda line: status.update(f"cdk deploy  {line.strip()[:100]}"))
    console.print(f"The stack is deployed (cdk deploy, {time.monotonic() - started:.0f} s).")


def _play(scenario: Scenario, stage: Stage, timeline: Timeline, console: Console, json_: bool) -> bool:
    timeline.begin(f"{scenario.name}: {scenario.story}")
    started, played, wrong = time.monotonic(), list[Execution](), ""
    try:
        played.extend(scenario.play(stage))
        scenario.check(played)
    except ScenarioError as failed:
        wrong = str(failed)
    seconds = round(time.monotonic() - started, 1)
    timeline.end()
    console.print(
        f"  [green]ok[/green] in {seconds} s" if not wrong else f"  [red]not ok[/red]: {wrong}", highlight=False
    )
    if json_:
        last = played[-1] if played else Execution("", "NONE")
        line = {
            "scenario": scenario.name,
            "ok": not wrong,
            "execution_status": last.status,
            "outcome": last.outcome,
            "seconds": seconds,
            "states": last.states,
        }
        print(json.dumps(line | ({"wrong": wrong} if wrong else {})), flush=True)
    return not wrong
