"""The command `aiops`: each subcommand lives in a module of its own, imported when it is called."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException


class Commands(TyperGroup):
    """Errors are one line each; what a subcommand returns is its exit status."""

    def main(self, *args: Any, **options: Any) -> Any:
        try:
            status = super().main(*args, **{**options, "standalone_mode": False})
        except TyperException as error:
            from tasks.domain.text import clean

            for line in error.format_message().splitlines():  # which may quote a file
                print(f"aiops: {clean(line, 2000)}", file=sys.stderr)
            status = error.exit_code
        sys.exit(status)


@contextmanager
def on_engine() -> Iterator[None]:
    """What keeps the engine from running, in its own line."""
    from aiops.engine import EngineError
    from aiops.errors import Failed

    try:
        yield
    except EngineError as error:
        raise Failed(str(error)) from error


OPTIONS: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None, "pretty_exceptions_enable": False}
main = typer.Typer(cls=Commands, help="A self-healing agent for AWS resources.", **OPTIONS)
policy = typer.Typer(help="policy.yaml: what the agent may do.", **OPTIONS)
main.add_typer(policy, name="policy")
anomalies = typer.Typer(help="What is unusual in a log or a metric, by the detectors that are deployed.", **OPTIONS)
main.add_typer(anomalies, name="anomalies")

Id = Annotated[str, typer.Argument(metavar="ID", help="An incident's id, or as much of its beginning as is unique.")]
Events = Annotated[Path, typer.Argument(metavar="FILE", help="One JSON object, an array, or JSON Lines; .gz too.")]
Log = Annotated[Path, typer.Argument(metavar="FILE", help="A log: text, JSON lines, anything; .gz too.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON Lines for machines.")]
Hash = Annotated[str, typer.Option("--plan", metavar="HASH", help="Refuse unless the question is about this plan.")]


@main.callback(invoke_without_command=True)
def show_help(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())


@main.command()
def demo(
    scenario: Annotated[list[str] | None, typer.Argument(help="Which ones; three faults if none is named.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every scenario.")] = False,
    plot: Annotated[Path | None, typer.Option(metavar="PNG", help="Draw the log that foresight reads.")] = None,
    as_json: AsJson = False,
) -> int:
    """Break real resources on an AWS on this laptop and show them heal."""
    from aiops.demo import run

    with on_engine():
        return run(names=scenario or [], all_=every, json_=as_json, plot=plot)


@main.command()
def up(port: Annotated[int | None, typer.Option(help="A free one, if not given.")] = None) -> int:
    """Keep an AWS on this laptop running with the agent deployed, until Ctrl-C."""
    from aiops.up import run

    with on_engine():
        return run(port=port)


@main.command()
def deliver(file: Events) -> None:
    """Deliver EventBridge events to the running engine (AWS_ENDPOINT_URL), as AWS would."""
    from aiops.deliver import deliver_file

    deliver_file(file)


@main.command()
def incidents(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="One incident, with its timeline.")] = None,
    export: Annotated[
        bool, typer.Option("--export", help="All, or those named, with what they were decided on, for replay.")
    ] = False,
    calibration: Annotated[
        bool, typer.Option("--calibration", help="How often what was predicted came true instead.")
    ] = False,
    patterns: Annotated[bool, typer.Option("--patterns", help="What recurs, and how it ended, instead.")] = False,
    autonomy: Annotated[bool, typer.Option("--autonomy", help="What each issue class has earned, instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """List incidents, newest first, or tell one from detection to verification."""
    from aiops.incidents import show_all, show_one

    if export:
        from aiops.export import export as export_

        export_(ids or [])
    elif calibration:
        from aiops.calibration import show

        show(as_json=as_json)
    elif patterns:
        from aiops.recurrence import show as show_patterns

        show_patterns(as_json=as_json)
    elif autonomy:
        from aiops.standings import show as show_standings

        show_standings(as_json=as_json)
    elif not ids:
        show_all(as_json=as_json)
    else:
        for one in ids:
            show_one(one, as_json=as_json)


@main.command()
def replay(
    file: Events,
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="Decide by this policy.")] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Only what this old policy decided else.")
    ] = None,
    managed: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The tags of events, JSON or YAML: resource id or ARN -> auto, approve or notify."
        ),
    ] = None,
) -> None:
    """Say what would be decided for recorded events or exported incidents: offline, one JSON line each, in order."""
    from aiops.replay import replay_file

    replay_file(file, policy=policy, against=against, managed=managed)


@main.command()
def approve(
    incident_id: Id,
    plan: Hash = "",
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="RESOURCE", help="Only for this resource of the plan, by id or ARN; may be repeated."),
    ] = None,
) -> None:
    """Let an incident's plan be carried out, or a part of it."""
    from aiops.review import answer

    answer(incident_id, decision="approved", plan=plan, only=only or [])


@main.command()
def deny(incident_id: Id, plan: Hash = "") -> None:
    """Say no to an incident's plan: nothing is changed."""
    from aiops.review import answer

    answer(incident_id, decision="denied", plan=plan)


@main.command()
def rerun(incident_id: Id) -> None:
    """Redrive an incident's failed execution: it continues where it failed."""
    from aiops.rerun import redrive

    redrive(incident_id)


@main.command()
def stop() -> None:
    """Stop all acting at once (the kill switch)."""
    from aiops.switch import turn

    turn("on")


@main.command()
def start() -> None:
    """Let the agent act again."""
    from aiops.switch import turn

    turn("off")


@main.command()
def catalogue(
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="By this policy.")] = None,
) -> None:
    """Say what can befall each type of resource, how it is restored and verified, and what is lost: Markdown."""
    from aiops.catalogue import show

    show(policy)


@main.command()
def coverage(as_json: AsJson = False) -> None:
    """Say for each managed resource whether it could come back, and what is missing."""
    from aiops.coverage import show

    show(as_json=as_json)


@main.command()
def patterns(
    file: Log,
    assign: Annotated[bool, typer.Option("--assign", help="Only each line's pattern id, one a line.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what kinds of lines a log holds, and how many of each."""
    from aiops.log_patterns import show

    show(file, assign=assign, as_json=as_json)


@anomalies.command()
def logs(
    file: Log,
    baseline: Annotated[Path | None, typer.Option(metavar="FILE", help="A log of normal operation.")] = None,
    group_by: Annotated[
        str | None, typer.Option(metavar="REGEX", help="What lines that belong together have in common.")
    ] = None,
    window: Annotated[str, typer.Option(metavar="5m", help="How long a window is: s, m or h.")] = "5m",
    plot: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Draw the patterns' rates; for windows only.")
    ] = None,
) -> None:
    """Compare a log's groups or windows with normal operation: one JSON line each."""
    from aiops.errors import BadInput
    from aiops.log_anomalies import by_group
    from aiops.log_windows import by_window

    if group_by is None:
        by_window(file, baseline, window, plot)
    elif plot:
        raise BadInput("--plot: draws windows (--window), which groups (--group-by) have not")
    elif baseline is None:
        raise BadInput("--group-by: needs a --baseline of normal groups to compare with")
    else:
        by_group(file, baseline, group_by)


@anomalies.command()
def metric(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with the columns timestamp and value.")],
    name: Annotated[str, typer.Option(help="The metric's name, for the severity: CPUUtilization.")] = "",
    plot: Annotated[Path | None, typer.Option(metavar="PNG", help="Draw the series with its anomalies.")] = None,
    state: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Go on from what was learned, and keep it; remove it to reset.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge each row of a metric from it and earlier ones: CSV timestamp,value,score,anomalous."""
    from aiops.metric_anomalies import show

    show(file, metric=name, plot=plot, state=state, as_json=as_json)


@policy.command()
def check(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="policy.yaml, if not given.")] = None,
) -> None:
    """Check a policy, and say what it allows."""
    from aiops.policy_check import show

    show(file)


if __name__ == "__main__":
    main(prog_name="aiops")
