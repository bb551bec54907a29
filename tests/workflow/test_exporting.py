"""What is exported of an incident is decided again as it was: incidents of every outcome, through the command."""

import json
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from alarming import alarm, tagged_alarm
from botocore.stub import Stubber
from cloud import INCIDENTS, PATTERNS, SNAPSHOTS, Cloud
from events_made import PAIRS
from exporting import aiops, decided_again, export
from foreseeing import foreseeing, log
from left_behind import incident
from machine import Machine, Run
from managed import (
    CLOSED,
    bucket,
    impair,
    instance,
    parameter,
    policy_of,
    put_value,
    resource,
    scaling_group,
    unreachable,
)
from model_answers import FORM, converse
from published import ACCOUNT, REGION, Json, actors, drifting, on_bucket, overwriting, sample, stopping
from sweeping import sweep

from aiops.names import RECOVERY_ROLE
from tasks.domain.earning import Case, Standing, after
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.policy import Earning, Recovery
from tasks.runtime.clients import client
from tasks.store import snapshots, standings
from tasks.store.items import encode

HOST = resource(PARAMETER, "/app/host")
EVENT = overwriting(HOST.id, 2)
ROLE = RECOVERY_ROLE.format(partition="aws", account=ACCOUNT, region=REGION)
ALWAYS = {"name": "always", "from": "00:00", "to": "00:00", "tags": {"environment": "test"}}


def test_every_outcome_is_decided_again_as_it_was(cloud: Cloud, machine: Machine, tmp_path: Path) -> None:
    parameter(HOST.id, "good", "bad")
    bucket("abc", policy=policy_of("abc"))
    worked_on, opening = instance(more={"aiops:change": "CHG-1"}), policy_of("abc", "*")
    log(scaling_group("NameThatLooksLikeASecret0123456789", autonomy="notify").arn)
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
    decided_again(tmp_path, *runs)


def held_back(cloud: Cloud, machine: Machine) -> tuple[list[Run], list[str]]:
    cloud.switch("on")
    stopped = machine.run(overwriting(HOST.id, 2, eventID="stopped"))
    cloud.switch("off")
    cloud.set(BURST="1")
    late = stopping(instance().id)
    return [stopped, machine.run(EVENT), machine.run(late)], ["KILL_SWITCH", "VERIFIED", "RATE_LIMITED"]


def storming(cloud: Cloud, machine: Machine) -> tuple[list[Run], list[str]]:
    cloud.set(STORM_INCIDENTS="1", BURST="9")
    hosts = [parameter(f"/app/{number}", "good", "bad") for number in range(3)]
    return [machine.run(overwriting(one.id, 2)) for one in hosts], ["VERIFIED", "STORM", "STORM"]


def recurring(cloud: Cloud, machine: Machine) -> tuple[list[Run], list[str]]:
    cloud.set(COOLDOWN_MINUTES="0")
    runs = []
    for again in range(4):
        put_value(HOST, f"bad {again}")
        runs.append(machine.run(overwriting(HOST.id, 3 + 2 * again, eventID=str(again))))
    return runs, ["VERIFIED"] * 3 + ["RECURRING"]


def of_several(cloud: Cloud, machine: Machine) -> tuple[list[Run], list[str]]:
    """One is unmanaged, one cools down, one finds its group busy, one is healed."""
    cooling, free = instance(), instance(more={"aiops:group": "web"})
    crowded, unmanaged = instance(more={"aiops:group": "web"}), instance("")
    first = machine.run(stopping(cooling.id))
    client("ec2").stop_instances(InstanceIds=[cooling.id])
    second = machine.run(stopping(unmanaged.id, cooling.id, free.id, crowded.id, eventID="several"))
    assert len(incident(second.incident_id)["incident"]["dropped"]) == 3
    return [first, second], ["VERIFIED", "VERIFIED"]


def asked(machine: Machine, decision: str) -> Run:
    arn = machine.start(stopping(instance("approve").id))
    machine.answer(decision)
    return machine.ended(arn)


def approved(cloud: Cloud, machine: Machine) -> tuple[list[Run], list[str]]:
    return [asked(machine, "approved")], ["VERIFIED"]


def denied(cloud: Cloud, machine: Machine) -> tuple[list[Run], list[str]]:
    return [asked(machine, "denied")], ["DENIED"]


def undone(cloud: Cloud, machine: Machine) -> tuple[list[Run], list[str]]:
    cloud.set(VERIFY_DEADLINE_MINUTES="0")
    impair(cloud)
    run = machine.run(stopping(instance().id))
    machine.report(run)
    return [run], ["NotHealed"]


def earned(cloud: Cloud, machine: Machine) -> tuple[list[Run], list[str]]:
    """Somewhere else the same issue would be healed without a question."""
    cases = [Case(str(helped), str(helped), helped=helped, at="2026-03-01T12:00:00.000Z") for helped in (False, True)]

    def live(now: Standing) -> Standing:
        return reduce(lambda so_far, case: after(so_far, case, Recovery("any", "auto", 0.0), Earning()), cases, now)

    standings.change(client("dynamodb"), PATTERNS, "ec2_instance_stopped", "test", live)
    trusted = machine.run(stopping(instance(more={"environment": "live"}).id, eventID="live"))
    arn = machine.start(stopping(instance(more={"environment": "test"}).id))
    machine.answer("denied")
    return [trusted, machine.ended(arn)], ["VERIFIED", "DENIED"]


def swept(cloud: Cloud, machine: Machine) -> tuple[list[Run], list[str]]:
    from left_behind import reported

    bucket("abc")
    sweep()
    client("s3").delete_public_access_block(Bucket="abc")
    cloud.set(DRIFT_GRACE_MINUTES="0")
    sweep()
    (drift,) = reported()
    return [machine.run({**drift, "account": ACCOUNT, "region": REGION})], ["VERIFIED"]


def alarmed(cloud: Cloud, machine: Machine) -> tuple[list[Run], list[str]]:
    nobodys = machine.run(alarm())
    tagged_alarm(instance("notify", stopped=False).arn)
    return [nobodys, machine.run({**alarm(), "id": "another"})], ["UNMANAGED", "TOLD"]


STORIES = [held_back, storming, recurring, of_several, approved, denied, undone, earned, swept, alarmed]


@pytest.mark.parametrize("story", STORIES, ids=[one.__name__ for one in STORIES])
def test_what_a_guard_a_person_or_the_record_decided_is_decided_again(
    cloud: Cloud, machine: Machine, tmp_path: Path, story: Callable[[Cloud, Machine], tuple[list[Run], list[str]]]
) -> None:
    parameter(HOST.id, "good", "bad")
    runs, outcomes = story(cloud, machine)
    assert [run.outcome for run in runs] == outcomes
    decided_again(tmp_path, *runs)


def test_maintenance_is_decided_again_by_what_was_open_then(cloud: Cloud, machine: Machine, tmp_path: Path) -> None:
    parameter(HOST.id, "good", "bad")
    window = {"maintenance": {"windows": [ALWAYS]}}
    cloud.set_policy(**window)
    one = instance(more={"environment": "test"})
    runs = [machine.run(stopping(one.id)), machine.run(EVENT)]
    assert [run.outcome for run in runs] == ["MAINTENANCE", "VERIFIED"]
    decided_again(tmp_path, *runs, **window)


def test_a_calendar_is_decided_again_as_it_answered(cloud: Cloud, machine: Machine, tmp_path: Path) -> None:
    parameter(HOST.id, "good", "bad")
    calendars = {"maintenance": {"calendars": ["freeze"]}}
    cloud.set_policy(**calendars)
    answers = [{"State": "CLOSED"}, {"State": "OPEN"}]
    cloud.interfere(
        "ssm", "before-call.ssm.GetCalendarState", lambda **_: (SimpleNamespace(status_code=200), answers.pop(0))
    )
    runs = [machine.run(overwriting(HOST.id, 2, eventID="closed")), machine.run(EVENT)]
    assert [run.outcome for run in runs] == ["MAINTENANCE", "VERIFIED"]
    decided_again(tmp_path, *runs, **calendars)


@pytest.mark.parametrize("form", [FORM, {**FORM, "confidence": 0.2}], ids=["graver", "doubtful"])
def test_what_the_model_said_counts_again(cloud: Cloud, machine: Machine, tmp_path: Path, form: Json) -> None:
    cloud.set(MODEL_ID="amazon.nova-lite-v1:0")
    with Stubber(client("bedrock-runtime")) as model:
        model.add_response("converse", converse(form))
        arn = machine.start(stopping(instance().id))
        if form["confidence"] < 0.8:
            machine.answer("denied")
        run = machine.ended(arn)
    assert incident(run.incident_id)["analysis"]["severity"] == "critical"
    decided_again(tmp_path, run)


def test_what_the_model_picked_is_picked_again(
    cloud: Cloud, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.set(MODEL_ID="amazon.nova-lite-v1:0")
    one = instance("notify", stopped=False)
    unreachable(monkeypatch, one)
    good = {"state": "running", "impaired": False, "launch": {"image": "ami-1"}, "stop_loses": []}
    snapshots.write(client("dynamodb"), SNAPSHOTS, one, good, taken_at="")
    with Stubber(client("bedrock-runtime")) as model:
        said = {**FORM, "action": "restart_instance", "action_reason": "its host is ill"}
        model.add_response("converse", converse(said))
        run = machine.run(drifting(one.type, one.id, "ec2_instance_impaired"))
    (step,) = incident(run.incident_id)["plan"]["steps"]
    assert (run.outcome, step["action"]) == ("TOLD", "restart_instance")
    decided_again(tmp_path, run)


def test_a_secret_in_an_event_or_a_tag_is_not_exported(machine: Machine, tmp_path: Path) -> None:
    secret = "AKIACANARYCANARY1234"
    tags = {"environment": f"token={secret}", "aiops:group": secret, "note": secret}
    said = {"userAgent": f"password={secret}", "requestParameters.password": secret}
    run = machine.run(stopping(instance(more=tags).id, **said))
    assert (run.outcome, secret in export(tmp_path).read_text()) == ("VERIFIED", False)
    decided_again(tmp_path, run)


def test_no_state_of_a_resource_is_exported(machine: Machine, tmp_path: Path) -> None:
    bucket("abc", block=CLOSED, policy=policy_of("abc", Sid="canary"))
    sweep()
    opening = policy_of("abc", "*")
    client("s3").put_bucket_policy(Bucket="abc", Policy=json.dumps(opening))
    run = machine.run(on_bucket("PutBucketPolicy", "abc", **{"requestParameters.bucketPolicy": opening}))
    text = export(tmp_path).read_text()
    assert (run.outcome, "canary" in json.dumps(incident(run.incident_id)["plan"])) == ("VERIFIED", True)
    assert "canary" not in text
    (step,) = json.loads(text)["plan"]["steps"]
    assert len(step["target"]) == len(step["seen"]) == 16


def without(record: Json, path: str) -> Json:
    *parents, last = path.split(".")
    where = record
    for name in parents:
        where = where[name]
    del where[last]
    return record


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("incident.grounds", "whether the kill switch was on"),
        ("incident.grounds.tags", "the tags"),
        ("incident.grounds.storm", "whether there was a storm"),
        ("incident.grounds.claim", "whether it was free to be claimed"),
        ("analysis", "what the model said, if it was asked"),
        ("plan", "what was known when it was planned"),
        ("plan.grounds", "what was known when it was planned"),
    ],
)
def test_a_record_of_before_a_field_existed_is_answered_with_what_is_missing(
    machine: Machine, tmp_path: Path, missing: str, told: str
) -> None:
    run = machine.run(stopping(instance().id))
    record = without(incident(run.incident_id), missing)
    client("dynamodb").put_item(TableName=INCIDENTS, Item=encode(record))
    [answer] = aiops("replay", export(tmp_path))
    assert (answer["classification"], answer["plan"], answer["block_reason"]) == ("FAILURE", None, None)
    assert answer["reason"].endswith(f"not recorded, so nobody knows: {told}")


def test_exports_events_and_records_may_stand_in_one_file(machine: Machine, tmp_path: Path) -> None:
    event: Any = stopping(instance("notify").id)
    machine.run(event)
    mixed = tmp_path / "mixed.jsonl"
    mixed.write_text("\n".join([json.dumps(event), export(tmp_path).read_text(), json.dumps(event["detail"])]))
    assert [one["plan"]["autonomy"] for one in aiops("replay", mixed)] == ["auto", "notify", "auto"]
