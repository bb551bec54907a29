"""Incidents of the account on moto, exported and replayed by the command."""

import json
from pathlib import Path
from typing import Any

import yaml
from cloud import ROOT
from machine import Run
from published import Json
from typer.testing import CliRunner

from aiops.cli import main


def aiops(*arguments: object) -> list[Any]:
    """What the command prints, line by line."""
    said = CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)
    assert (said.exit_code, said.stderr) == (0, "")
    return [json.loads(line) for line in said.stdout.splitlines()]


def export(folder: Path) -> Path:
    """A file of every incident."""
    (file := folder / "incidents.jsonl").write_text("\n".join(map(json.dumps, aiops("incidents", "--export"))))
    return file


def policy(folder: Path, **sections: Any) -> Path:
    """policy.yaml with some sections replaced, or left out (None)."""
    document = yaml.safe_load((ROOT / "policy.yaml").read_text()) | sections
    (file := folder / "policy.yaml").write_text(
        yaml.safe_dump({k: one for k, one in document.items() if one is not None})
    )
    return file


def recorded(line: Json) -> Json:
    """What was decided, in replay's words; of most that a guard held back nobody recorded a verdict."""
    analysis, plan, block = line["analysis"] or {}, line["plan"], line["blocked"]
    told = {name: analysis[name] for name in ("classification", "severity", "confidence") if analysis}
    steps = [{name: one[name] for name in ("action", "resource", "undo")} for one in plan["steps"]] if plan else []
    planned = {"autonomy": plan["autonomy"], "reason": plan["reason"], "steps": steps} if plan else None
    return {**told, "block_reason": block["reason"] if block else None, "plan": planned}


def decided_again(folder: Path, *runs: Run, **sections: Any) -> None:
    """Every incident is exported, and decided again as it was; `sections` of the policy were others than usual."""
    file = export(folder)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert {line["id"] for line in lines} == {run.incident_id for run in runs}
    answers = aiops("replay", file, *(["--policy", policy(folder, **sections)] if sections else []))
    for line, answer in zip(lines, answers, strict=True):
        assert {name: answer[name] for name in recorded(line)} == recorded(line)
        assert answer["delivered"]
