"""A bad context value or policy ends the synth with one line that says what to do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from stack_template import CONTEXT, ROOT

from cdk_app import policy_file
from cdk_app.policy_file import BadPolicy
from cdk_app.settings import BadSettings, Settings


def test_cdk_json_holds_every_setting_once() -> None:
    settings = Settings.of(CONTEXT)
    assert (settings.cooldown_minutes, settings.confidence_threshold, settings.email) == (5, 0.8, "")


def test_a_value_from_the_command_line_is_text_and_counts_the_same() -> None:
    assert Settings.of({**CONTEXT, "burst": "7", "confidence_threshold": "0.9"}).burst == 7


def test_keys_of_the_cdk_are_none_of_ours() -> None:
    Settings.of({**CONTEXT, "@aws-cdk/core:x": True, "aws:cdk:y": 1, "acknowledged-issue-numbers": [1]})


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("cooldown_minutes", "soon", "a whole number from 0 to 1440"),
        ("cooldown_minutes", 2.5, "a whole number from 0 to 1440"),
        ("cooldown_minutes", -1, "a whole number from 0 to 1440"),
        ("incidents_per_hour", 0, "a whole number from 1 to 1000"),
        ("burst", True, "a whole number from 1 to 100"),
        ("confidence_threshold", 1.1, "a number from 0 to 1"),
        ("confidence_threshold", "nan", "a number from 0 to 1"),
        ("log_retention_days", 31, "1 or 7 or 14 or 30"),
        ("trail", "yes", "create or existing"),
        ("architecture", "arm", "arm64 or x86_64"),
        ("email", "someone", "an e-mail address, or empty"),
        ("model_id", "nova", "the id of a Bedrock model or inference profile, or empty"),
        ("verify_deadline_minutes", 300, "a number from 0.01 to 240"),
    ],
)
def test_a_value_out_of_range_is_named_with_what_to_write(key: str, value: object, wanted: str) -> None:
    with pytest.raises(BadSettings) as bad:
        Settings.of({**CONTEXT, key: value})
    assert f"context key {key} is {value!r}" in str(bad.value)
    assert wanted in str(bad.value)
    assert "\n" not in str(bad.value)


def test_a_misspelt_or_missing_key_is_named() -> None:
    with pytest.raises(BadSettings, match="context key cooldwn_minutes is unknown"):
        Settings.of({**CONTEXT, "cooldwn_minutes": 5})
    with pytest.raises(BadSettings, match="context key burst is missing"):
        Settings.of({key: value for key, value in CONTEXT.items() if key != "burst"})


def test_the_app_ends_with_one_line_and_no_traceback(tmp_path: Path) -> None:
    node = Path(sys.executable).with_name("node")
    context = json.dumps({**CONTEXT, "burst": "many"})
    environment = {**os.environ, "CDK_CONTEXT_JSON": context, "CDK_OUTDIR": str(tmp_path), "JSII_NODE": str(node)}
    command = [sys.executable, "-m", "cdk_app.app"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("aiops: context key burst is 'many'; it must be a whole number from 1 to 100")


def test_the_policy_of_the_repository_is_good() -> None:
    assert policy_file.read()["version"] == 1


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads((ROOT / "policy.schema.json").read_text()))


GOOD = """
version: 1
recover:
  ec2_instance_stopped: {action: start_instance, autonomy: auto}
review: {expires_minutes: 60}
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("autonomy: auto", "autonomy: always"), "recover.ec2_instance_stopped.autonomy: 'always'"),
        (
            GOOD.replace("start_instance", "terminate"),
            "recover.ec2_instance_stopped.action: terminate does not answer it",
        ),
        (
            GOOD.replace("start_instance", "put_bucket_policy"),
            "put_bucket_policy does not answer it; associate_address, attach_volumes, clean_disk",
        ),
        (GOOD.replace("ec2_instance_stopped", "ec2_stopped"), "recover.ec2_stopped: no such issue"),
        (
            GOOD.replace("auto}", "auto, otherwise: {action: put_bucket_policy, autonomy: auto}}"),
            "recover.ec2_instance_stopped.otherwise.action: put_bucket_policy does not answer it",
        ),
        (GOOD.replace("auto}", "auto, otherwise: {action: revert_drift}}"), "otherwise: 'autonomy' is a required"),
        (GOOD.replace("60", "1441"), "review.expires_minutes: 1441"),
        (GOOD.replace("60", "true"), "review.expires_minutes: True"),
        (GOOD.replace("review: {expires_minutes: 60}", ""), "the document: 'review' is a required property"),
        (GOOD + "denied: {}", "'denied' was unexpected"),
        (GOOD + "deny: {actions: [reboot]}", "deny.actions: no action reboot"),
        (GOOD + "deny: {resources: [i-0abc]}", "deny.resources.0: 'i-0abc'"),
        (GOOD + "intended: {roles: ['*']}", "intended.roles.0: '*'"),
        (GOOD + "deny: {actions: []}\ndeny: {resources: []}", "'deny' stands twice"),
        ("version: [", "not YAML"),
        ("", "the document: None is not of type 'object'"),
    ],
)
def test_a_bad_policy_is_one_line_with_the_path_in_the_file(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(text)
    with pytest.raises(BadPolicy) as bad:
        policy_file.read(file)
    assert str(bad.value).startswith(f"{file}: ")
    assert says in str(bad.value)
    assert "\n" not in str(bad.value)


def test_a_missing_policy_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadPolicy, match="No such file"):
        policy_file.read(tmp_path / "policy.yaml")
