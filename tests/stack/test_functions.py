"""The Lambda functions: what each is told, where it runs, that its package stands on its own."""

import json
import os
import subprocess
import sys
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest
from stack_template import ROOT, Json, Template

from cdk_app.asset import assemble
from cdk_app.settings import Settings
from tasks.runtime.environment import read

MACHINE = json.loads((ROOT / "statemachine" / "aiops.asl.json").read_text())
OUTSIDE = {
    "AnalyzeLogs",
    "AnalyzeMetrics",
    "HandleFailure",
    "HandleUndeliverable",
    "GatherDeletions",
    "TakeSnapshots",
    "CheckTrail",
    "CheckCoverage",
}
COMMON = {
    "POWERTOOLS_SERVICE_NAME": "aiops",
    "POWERTOOLS_METRICS_NAMESPACE": "AIOps",
    "POWERTOOLS_LOG_LEVEL": "INFO",
}
# What Lambda's Python runtimes bring along (https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html).
RUNTIME_HAS = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six")


def module_of(function: Json) -> str:
    return str(function["Handler"]).removesuffix(".handler")


def test_there_is_one_function_per_state_and_those_outside(template: Template) -> None:
    states = {
        name.removesuffix("Arn")
        for name in template.of_type("AWS::StepFunctions::StateMachine")[0]["DefinitionSubstitutions"]
    }
    assert {name for name, _ in template.tasks()} == states | OUTSIDE


def test_a_function_is_told_exactly_what_its_task_declares(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, function in template.tasks():
        given = function["Environment"]["Variables"]
        declared = getattr(import_module(module_of(function)), "Environment", None)
        wanted = {field.name.upper() for field in fields(declared)} if declared else set()
        assert given.keys() - COMMON.keys() == wanted, name
        assert COMMON.items() <= given.items(), name
        if declared:
            for variable, value in given.items():
                monkeypatch.setenv(variable, value)
            read(declared)  # raises when a value is not of the declared type


def test_every_setting_reaches_a_function_or_the_stack_itself(template: Template) -> None:
    told = {variable for _, function in template.tasks() for variable in function["Environment"]["Variables"]}
    of_the_stack = {
        "log_retention_days",
        "email",
        "trail",
        "architecture",
        "snapshot_minutes",
        "metric_minutes",
        "synthesizer",
        "removal",
        "redeploy",
        "redeploy_source",
        "redeploy_connection",
        "redeploy_policies",
        "redeploy_image",
    }
    assert {field.name for field in fields(Settings)} - of_the_stack <= {name.lower() for name in told}


def test_a_function_ends_before_its_state_times_out(template: Template) -> None:
    for name, function in template.tasks():
        if name not in OUTSIDE:
            assert function["Timeout"] < 60, name


def test_the_architecture_follows_the_context(template: Template, variant: Template) -> None:
    assert {function["Architectures"][0] for _, function in template.tasks()} == {"arm64"}
    assert {function["Architectures"][0] for _, function in variant.tasks()} == {"x86_64"}


def test_every_log_is_kept_for_the_retention_and_no_longer(template: Template) -> None:
    logs = {one["LogGroupName"]: one["RetentionInDays"] for one in template.of_type("AWS::Logs::LogGroup")}
    assert set(logs.values()) == {30}
    for name, function in template.tasks():
        assert function["LoggingConfig"]["LogGroup"] == f"/aws/lambda/aiops-{name}"
        assert f"/aws/lambda/aiops-{name}" in logs


def test_asynchronous_functions_keep_the_events_that_they_failed_on(template: Template) -> None:
    for name in ("HandleFailure", "TakeSnapshots", "CheckTrail", "CheckCoverage"):
        function = template.named("AWS::Lambda::Function", f"aiops-{name}")
        assert function["DeadLetterConfig"]["TargetArn"] == "arn of aiops-unhandled"


def test_all_functions_share_one_package(template: Template) -> None:
    assert len({str(function["Code"]) for _, function in template.tasks()}) == 1


def test_every_task_imports_from_its_package_and_lambdas_runtime_alone(template: Template, tmp_path: Path) -> None:
    (package,) = template.outdir.glob("asset.*")
    installed = Path(import_module("boto3").__file__ or "").parent.parent
    for name in RUNTIME_HAS:
        source = installed / name if (installed / name).exists() else installed / f"{name}.py"
        (tmp_path / source.name).symlink_to(source)
    modules = [module_of(function) for _, function in template.tasks()]
    code = (
        "import importlib, sys;"
        f"sys.path += [{str(package)!r}, {str(tmp_path)!r}];"
        f"[importlib.import_module(name).handler for name in {modules!r}];"
        "from tasks.runtime.policy import policy; assert policy().recover;"
        "import tasks; print(*tasks.__path__)"
    )
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")} | COMMON
    isolated = [sys.executable, "-S", "-I", "-B", "-c", code]
    ended = subprocess.run(isolated, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == str(package / "tasks")


def test_the_package_is_small_and_holds_no_bytecode(template: Template) -> None:
    (package,) = template.outdir.glob("asset.*")
    files = [file for file in package.rglob("*") if file.is_file()]
    assert {file.suffix for file in files} == {".py", ".json"}
    assert sum(file.stat().st_size for file in files) < 1_500_000


def test_the_package_is_written_into_its_directory_and_nowhere_else(tmp_path: Path) -> None:
    package = tmp_path / "as" / "deep" / "as" / "site" / "packages"
    assemble(package, {})
    outside = [file for file in tmp_path.rglob("*") if file.is_file() and package not in file.parents]
    assert outside == []


def test_the_time_zones_of_the_policys_windows_are_in_the_package_and_no_other(tmp_path: Path) -> None:
    """Lambda's runtime may have none of its own."""
    window = {"name": "night", "from": "22:00", "to": "02:00", "timezone": "America/Argentina/Salta"}
    assemble(tmp_path, {"maintenance": {"windows": [window]}})
    code = (
        f"import sys; sys.path += [{str(tmp_path)!r}];"
        "import zoneinfo; zoneinfo.reset_tzpath(to=()); print(zoneinfo.ZoneInfo('America/Argentina/Salta'))"
    )
    isolated = [sys.executable, "-S", "-I", "-B", "-c", code]
    ended = subprocess.run(isolated, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    zones = [file for file in (tmp_path / "tzdata").rglob("*") if file.is_file() and file.suffix != ".py"]
    assert [file.name for file in zones] == ["Salta"]


def test_the_package_is_the_same_whenever_it_is_made(template: Template, variant: Template) -> None:
    assert [one.name for one in template.outdir.glob("asset.*")] == [one.name for one in variant.outdir.glob("asset.*")]
