"""policy check: what a policy allows, or every fault of it in a line of its own."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from command.laptop import ROOT, run
from tasks.domain.rules import RULES

SOUND = yaml.safe_load((ROOT / "policy.yaml").read_text())


def write(folder: Path, **sections: Any) -> Path:
    file = folder / "policy.yaml"
    file.write_text(yaml.safe_dump(SOUND | sections))
    return file


def test_every_issue_stands_in_the_table_with_what_may_be_done() -> None:
    said = run("policy", "check")
    assert (said.status, said.err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in said.out.splitlines() if line}
    assert {rule.issue for rule in RULES} <= rows.keys()
    assert rows["ec2_instance_stopped"] == ["start_instance", "auto", "stop_instance", "no", "no"]
    assert rows["s3_bucket_policy_changed"] == ["put_bucket_policy", "approve", "none", "no", "no"]


def test_what_answers_otherwise_has_a_row_of_its_own(tmp_path: Path) -> None:
    answer = {"action": "put_bucket_policy", "autonomy": "auto"}
    chain = {**answer, "otherwise": {"action": "revert_drift", "autonomy": "approve"}}
    file = tmp_path / "policy.yaml"
    file.write_text(yaml.safe_dump({**SOUND, "recover": {"s3_bucket_policy_changed": chain}}))
    lines = run("policy", "check", file).out.splitlines()
    (number,) = [number for number, line in enumerate(lines) if line.startswith("s3_bucket_policy_changed")]
    assert lines[number + 1].split() == ["otherwise", "revert_drift", "approve", "none", "yes", "no"]


def test_what_a_model_may_pick_has_a_row_of_its_own(tmp_path: Path) -> None:
    row = {"action": "reboot_instance", "autonomy": "approve"}
    pick = {"action": "restart_instance", "autonomy": "notify"}
    file = write(tmp_path, recover={"ec2_instance_impaired": {**row, "alternatives": [pick]}})
    lines = run("policy", "check", file).out.splitlines()
    (number,) = [number for number, line in enumerate(lines) if line.startswith("ec2_instance_impaired")]
    assert lines[number + 1].split() == ["or", "picked", "restart_instance", "notify", "none", "yes", "no"]


@pytest.mark.parametrize(
    ("pick", "fault"),
    [
        ({"action": "pray", "autonomy": "auto"}, "alternatives: pray is no alternative"),
        ({"action": "reboot_instance", "autonomy": "auto"}, "alternatives: reboot_instance is no alternative"),
        ({"action": "restart_instance", "autonomy": "auto"}, "alternatives: restart_instance may not go further"),
        ({"action": "restart_instance"}, "alternatives.0: 'autonomy' is a required property"),
        ({"action": "restart_instance", "autonomy": "notify", "otherwise": {}}, "alternatives.0: Additional prop"),
    ],
)
def test_a_model_may_only_be_offered_other_actions_that_go_no_further(
    tmp_path: Path, pick: dict[str, Any], fault: str
) -> None:
    row = {"action": "reboot_instance", "autonomy": "approve", "alternatives": [pick]}
    said = run("policy", "check", write(tmp_path, recover={"ec2_instance_impaired": row}))
    assert (said.status, said.err.count("\n")) == (2, 1)
    assert f"recover.ec2_instance_impaired.{fault}" in said.err


def test_what_the_policy_does_not_answer_or_denies_is_only_told(tmp_path: Path) -> None:
    recover = {"ssm_parameter_overwritten": {"action": "put_previous_version", "autonomy": "auto"}}
    file = write(tmp_path, recover=recover, deny={"actions": ["put_previous_version"], "resources": ["arn:aws:s3:::x"]})
    said = run("policy", "check", file)
    rows = {line.split()[0]: line.split()[1:3] for line in said.out.splitlines() if line}
    assert rows["ec2_instance_stopped"] == ["-", "notify"]
    assert rows["ssm_parameter_overwritten"] == ["put_previous_version", "notify"]
    assert "arn:aws:s3:::x" in said.out


@pytest.mark.parametrize(
    ("sections", "paths"),
    [
        ({"version": 2, "review": {"expires_minutes": 0}}, ["review.expires_minutes", "version"]),
        ({"recover": {"ec2_instance_stopped": {"autonomy": "always"}}}, ["recover.ec2_instance_stopped"] * 2),
        (
            {"recover": {"weather": {"action": "start_instance", "autonomy": "auto"}}, "deny": {"actions": ["pray"]}},
            ["recover.weather", "deny.actions"],
        ),
        (
            {"recover": {"ec2_instance_stopped": {"action": "pray", "autonomy": "auto"}}},
            ["recover.ec2_instance_stopped"],
        ),
        ({"extra": 1}, ["the document"]),
        ({"maintenance": {"windows": [{"name": "x", "from": "24:00", "to": "9:00"}]}}, ["maintenance.windows.0"] * 2),
        (
            {"maintenance": {"windows": [{"name": "x", "from": "20:00", "to": "09:00", "timezone": "Berlin"}]}},
            ["maintenance.windows: x: no time zone Berlin"],
        ),
        ({"limits": {"group": {"share": 0, "tags": []}}}, ["limits.group"] * 2),
    ],
)
def test_every_fault_is_told_with_its_path(tmp_path: Path, sections: dict[str, Any], paths: list[str]) -> None:
    file = write(tmp_path, **sections)
    said = run("policy", "check", file)
    assert (said.status, said.out) == (2, "")
    lines = said.err.splitlines()
    assert len(lines) == len(paths)
    for line, path in zip(lines, paths, strict=True):
        assert line.startswith(f"aiops: {file}: {path}")


@pytest.mark.parametrize("text", ["a: [", "", "- 1", "version: 1\nversion: 1\n", "\x00", "!!python/name:os.system"])
def test_what_is_no_policy_at_all_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(text)
    said = run("policy", "check", file)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"aiops: {file}: ")
    assert "Traceback" not in said.err


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    said = run("policy", "check", tmp_path / name)
    assert (said.status, len(said.err.splitlines())) == (2, 1)


def test_what_holds_the_agent_back_is_said(tmp_path: Path) -> None:
    windows = [{"name": "patch night", "days": ["sat"], "from": "22:00", "to": "02:00", "timezone": "Europe/Berlin"}]
    limits = {"recurring": {"times": 4, "hours": 12}, "group": {"share": 0.5, "tags": ["service"]}}
    said = run(
        "policy", "check", write(tmp_path, maintenance={"windows": windows, "calendars": ["freeze"]}, limits=limits)
    )
    assert said.status == 0
    for part in ("patch night", "freeze", "4 times within 12 hours", "at most 50% of a group, by service"):
        assert part in said.out
