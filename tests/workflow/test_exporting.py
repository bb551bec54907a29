"""What is exported of an incident is decided again as it was: incidents of every outcome, through the command."""

import json
from pathlib import Path
from typing import Any

from cloud import Cloud
from events_made import PAIRS
from foreseeing import foreseeing, log
from machine import Machine, Run
from managed import bucket, instance, parameter, policy_of, resource, scaling_group
from published import ACCOUNT, REGION, Json, actors, on_bucket, overwriting, sample, stopping
from typer.testing import CliRunner

from aiops.cli import main
from aiops.names import RECOVERY_ROLE
from tasks.domain.knowledge.ssm import PARAMETER

HOST = resource(PARAMETER, "/app/host")
EVENT = overwriting(HOST.id, 2)
ROLE = RECOVERY_ROLE.format(partition="aws", account=ACCOUNT, region=REGION)


def aiops(*arguments: object) -> list[Any]:
    """What the command prints, line by line."""
    said = CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)
    assert (said.exit_code, said.stderr) == (0, "")
    return [json.loads(line) for line in said.stdout.splitlines()]


def again(folder: Path, *options: object) -> list[tuple[Json, Json]]:
    """Each exported line with what replay decides on it."""
    lines = aiops("incidents", "--export")
    (file := folder / "incidents.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    return list(zip(lines, aiops("replay", file, *options), strict=True))


def recorded(line: Json) -> Json:
    """What was decided, in replay's words; of what a guard held back nobody recorded a verdict."""
    analysis, plan, block = line["analysis"] or {}, line["plan"], line["blocked"]
    told = {name: analysis[name] for name in ("classification", "severity", "confidence") if analysis}
    steps = [{name: one[name] for name in ("action", "resource", "undo")} for one in plan["steps"]] if plan else []
    planned = {"autonomy": plan["autonomy"], "reason": plan["reason"], "steps": steps} if plan else None
    return {**told, "block_reason": block["reason"] if block else None, "plan": planned}


def same(folder: Path, *runs: Run) -> None:
    """Every incident was exported and is decided again as it was."""
    found = again(folder)
    assert {line["id"] for line, _ in found} == {run.incident_id for run in runs}
    for line, answer in found:
        assert {name: answer[name] for name in recorded(line)} == recorded(line)
        assert answer["delivered"]


def test_a_healed_incident_is_decided_again_as_it_was(machine: Machine, tmp_path: Path) -> None:
    run = machine.run(stopping(instance().id))
    same(tmp_path, run)
    assert run.outcome == "VERIFIED"


def test_every_outcome_is_decided_again_as_it_was(cloud: Cloud, machine: Machine, tmp_path: Path) -> None:
    parameter(HOST.id, "good", "bad")
    bucket("abc", policy=policy_of("abc"))
    worked_on, opening = instance(more={"aiops:change": "CHG-1"}), policy_of("abc", "*")
    log(scaling_group(autonomy="notify").arn)
    ours = {**actors()["AssumedRole"], "sessionContext": {"sessionIssuer": {"arn": ROLE}}}
    cloud.set(RECOVERY_ROLE_ARN=ROLE)
    wanted = [
        ("VERIFIED", EVENT),
        ("COOLDOWN", overwriting(HOST.id, 4, eventID="cooldown")),
        ("UNMANAGED", stopping(instance("").id, eventID="unmanaged")),
        ("INTENDED", overwriting(HOST.id, 5, eventID="ours", userIdentity=ours)),
        ("INTENDED", stopping(worked_on.id, eventID="tagged")),
        ("DEFERRED", sample("ec2_instance_state_change", {"detail.instance-id": instance().id})),
        ("MALFORMED", overwriting("*", 2)),
        ("UNKNOWN_EVENT", PAIRS[0][1]),
        ("STORM", stopping(*(f"i-{number:017x}" for number in range(100)))),
        ("NORMAL", overwriting(HOST.id, 1, eventID="normal")),
        ("TOLD", stopping(instance("notify").id, eventID="told")),
        ("TOLD", on_bucket("PutBucketPolicy", "abc", **{"requestParameters.bucketPolicy": opening})),
        ("ANOMALY", foreseeing("x509: certificate expires")),
        ("TOLD", foreseeing(since=300)),
        ("HEALTHY", stopping(instance(stopped=False).id, eventID="healthy")),
    ]
    runs = [machine.run(event) for _, event in wanted]
    assert [run.outcome for run in runs] == [outcome for outcome, _ in wanted]
    same(tmp_path, *runs)
