"""The one asset of all functions, put together without Docker and without network."""

import json
import shutil
from importlib import metadata
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_

ROOT = Path(__file__).parent.parent

# What the tasks import and Lambda's runtime lacks, from the environment that runs the synth; pure Python. What boto3
# needs (jmespath) is the runtime's: a copy of ours would be compiled at each cold start, and may not fit its boto3.
DISTRIBUTIONS = ("aws_lambda_powertools",)
# Powertools takes two names from typing_extensions; to compile all of it is a tenth of a cold start.
TYPING_EXTENSIONS = '''"""Of typing_extensions what Powertools imports."""

from typing import NotRequired as NotRequired


def deprecated(*_, **__):
    return lambda what: what
'''
# Its own front page imports all that it has; a task imports the parts that it uses.
FRONT = "aws_lambda_powertools/__init__.py"
# Parts of Powertools that no task imports, four fifths of it.
UNUSED = (
    FRONT,
    "aws_lambda_powertools/event_handler/",
    "aws_lambda_powertools/metrics/provider/datadog/",
    "aws_lambda_powertools/tracing/",
    "aws_lambda_powertools/utilities/",
)
USED = tuple(f"aws_lambda_powertools/utilities/{name}" for name in ("__init__.py", "jmespath_utils/", "typing/"))


def lambda_code(policy: dict[str, Any]) -> lambda_.Code:
    """tasks/, the policy as tasks/policy.json and the dependencies. The hash is that of the contents alone."""
    return lambda_.Code.from_asset(
        str(ROOT / "tasks"),
        asset_hash_type=cdk.AssetHashType.OUTPUT,
        bundling=cdk.BundlingOptions(image=cdk.DockerImage.from_registry("never-used"), local=_Bundle(policy)),
    )


@jsii.implements(cdk.ILocalBundling)
class _Bundle:
    def __init__(self, policy: dict[str, Any]) -> None:
        self._policy = policy

    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:
        assemble(Path(output_dir), self._policy)
        return True


def assemble(output: Path, policy: dict[str, Any]) -> None:
    """Write what a function needs into the directory `output`."""
    for source in (ROOT / "tasks").rglob("*.py"):
        _copy(source, output / source.relative_to(ROOT))
    (output / "tasks" / "policy.json").write_text(json.dumps(policy, indent=1, sort_keys=True))
    for file in _zone_files(policy):
        _copy(Path(str(file.locate())), output / file)
    (output / "typing_extensions.py").write_text(TYPING_EXTENSIONS)
    for name in DISTRIBUTIONS:
        for file in metadata.files(name) or ():
            path = file.as_posix()
            # A distribution also lists its scripts, as ../../../bin/...: they are no part of the package.
            module = file.suffix == ".py" and ".." not in file.parts
            if module and (not path.startswith(UNUSED) or path.startswith(USED)):
                _copy(Path(str(file.locate())), output / path)
    (output / FRONT).write_text('"""Powertools, as far as the tasks use it."""\n')


def _zone_files(policy: dict[str, Any]) -> list[metadata.PackagePath]:
    """The time zones of the policy's windows, and the packages that they stand in: Lambda's runtime may have none."""
    windows = policy.get("maintenance", {}).get("windows", ())
    zones = [f"tzdata/zoneinfo/{window.get('timezone', 'UTC')}" for window in windows]
    packages = {f"{parent.as_posix()}/__init__.py" for zone in zones for parent in Path(zone).parents}
    return [file for file in metadata.files("tzdata") or () if file.as_posix() in packages | set(zones)]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
