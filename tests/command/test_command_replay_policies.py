"""replay: what another policy, or other tags, would change."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from published import ACCOUNT, call, overwriting, sample

from command.laptop import ROOT, run
from command.recorded import THREE, acting, write


def test_what_is_not_listed_as_managed_is_unmanaged(tmp_path: Path) -> None:
    arn = f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-{1:017x}"
    (managed := tmp_path / "managed.yaml").write_text(yaml.safe_dump({f"i-{0:017x}": "approve", arn: "notify"}))
    answers = run("replay", write(tmp_path, *THREE), "--managed", managed).lines
    assert [one["plan"] and one["plan"]["autonomy"] for one in answers] == ["approve", "notify", None]
    assert [one["block_reason"] for one in answers] == [None, None, "UNMANAGED"]
    assert {one["classification"] for one in answers} == {"FAILURE"}


@pytest.mark.parametrize("text", ["- i-1", "i-1: always", "i-1: [", "7", "i-1: {}", ""])
def test_a_list_of_managed_resources_that_is_none_is_bad_input(tmp_path: Path, text: str) -> None:
    (managed := tmp_path / "managed.yaml").write_text(text)
    said = run("replay", write(tmp_path, *THREE), "--managed", managed)
    assert (said.status, said.out, len(said.err.splitlines())) == (2, "", 1)


def policy(folder: Path, **sections: Any) -> Path:
    file = folder / "other.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load((ROOT / "policy.yaml").read_text()) | sections))
    return file


def test_another_policy_decides_otherwise(tmp_path: Path) -> None:
    strict = policy(tmp_path, recover={"ec2_instance_stopped": {"action": "start_instance", "autonomy": "approve"}})
    stopped, overwritten = run("replay", write(tmp_path, THREE[0], overwriting("/a", 2)), "--policy", strict).lines
    assert stopped["plan"]["autonomy"] == "approve"
    assert overwritten["plan"]["steps"] == []


def test_only_decisions_that_a_policy_changes_are_told_with_both(tmp_path: Path) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/Deployer"
    old = policy(tmp_path, intended={"roles": [role]})
    meant = acting(overwriting("/a", 2), issuer=role)
    [change] = run("replay", write(tmp_path, THREE[0], meant, call("StopLogging")), "--against", old).lines
    assert change["id"] == meant["detail"]["eventID"]
    assert (change["old"]["block_reason"], change["old"]["plan"]) == ("INTENDED", None)
    assert (change["new"]["block_reason"], change["new"]["plan"]["autonomy"]) == (None, "auto")


def test_what_happened_in_a_maintenance_window_is_held_back(tmp_path: Path) -> None:
    """The event's own time decides, so that the answer is always the same: 2026-03-01, 12:00 UTC."""
    window = {
        "name": "noon",
        "days": ["sun"],
        "from": "11:00",
        "to": "13:00",
        "resources": ["arn:aws:ssm:*:parameter/a"],
    }
    held = policy(tmp_path, maintenance={"windows": [window]})
    events = write(tmp_path, overwriting("/a", 2), overwriting("/b", 2), overwriting("/a", 1))
    answers = run("replay", events, "--policy", held).lines
    assert [one["block_reason"] for one in answers] == ["MAINTENANCE", None, None]


def test_a_policy_against_itself_changes_nothing(tmp_path: Path) -> None:
    said = run("replay", write(tmp_path, *THREE), "--against", ROOT / "policy.yaml")
    assert (said.status, said.out, said.err) == (0, "", "")


def test_an_alarm_is_about_what_the_policy_says(tmp_path: Path) -> None:
    name = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:0f1e-2d3c:autoScalingGroupName/web"
    file = write(tmp_path, sample("cloudwatch_alarm_state_change"))
    (nobody,) = run("replay", file).lines
    assert (nobody["delivered"], nobody["block_reason"], nobody["severity"]) == (True, "UNMANAGED", "critical")
    (aimed,) = run("replay", file, "--policy", policy(tmp_path, alarms={"ExampleCpu*": name})).lines
    assert aimed["plan"]["steps"] == [{"action": "scale_out", "resource": "web", "undo": "scale_in"}]
