"""What may be run on hosts: documents that take no free text, with scripts that do what they say."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest
from stack_template import ROOT, Template

from tasks.domain.commands import COMMANDS

SCRIPTS = ROOT / "cdk_app" / "commands"


def run(script: str, folder: Path, **parameters: str) -> str:
    """A script as Systems Manager would run it, with nothing but plain tools on its path."""
    text = re.sub(r"\{\{ (\w+) \}\}", lambda found: parameters[found[1]], (SCRIPTS / script).read_text())
    tools = folder / "bin"
    tools.mkdir()
    for name in ("find", "df"):
        (tools / name).symlink_to(f"/usr/bin/{name}")
    done = subprocess.run(
        ["/bin/sh", "-c", text], env={"PATH": str(tools)}, capture_output=True, text=True, check=True, cwd=folder
    )
    return done.stdout


@pytest.mark.parametrize("action", COMMANDS)
def test_a_document_takes_its_parameters_only_in_their_safe_form(template: Template, action: str) -> None:
    command = COMMANDS[action]
    (content,) = [one["Content"] for one in template.of_type("AWS::SSM::Document") if one["Name"] == command.document]
    patterns = {name: one["allowedPattern"] for name, one in content["parameters"].items()}
    assert patterns == {name: f"^{pattern}$" for name, pattern in command.parameters.items()}
    (step,) = content["mainSteps"]
    assert "precondition" not in step, "a step that is skipped would end in success"
    used = set(re.findall(r"\{\{ (\w+) \}\}", "\n".join(step["inputs"]["runCommand"])))
    assert used == set(command.parameters)


def test_cleaning_deletes_old_plain_files_and_nothing_behind_a_link(tmp_path: Path) -> None:
    listed, outside = tmp_path / "listed", tmp_path / "outside"
    old, new, kept = listed / "sub" / "old", listed / "new", outside / "old"
    for file in (old, new, kept):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    (listed / "link").symlink_to(outside)
    (tmp_path / "linked").symlink_to(outside)
    for file in (old, kept):
        os.utime(file, (time.time() - 10 * 86_400,) * 2)
    run("clean_disk.sh", tmp_path, directories=f"{listed} {tmp_path}/linked {tmp_path}/missing", days="7")
    assert (old.exists(), new.exists(), kept.exists()) == (False, True, True)


def test_collecting_evidence_writes_nothing_and_ends_well_whatever_is_missing(tmp_path: Path) -> None:
    assert "Filesystem" in run("collect_evidence.sh", tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["bin"]
