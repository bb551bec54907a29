"""An incident that was exported, as an account that answers what it answered when the incident was decided."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from aiops.answers import Answers, NotRecorded
from tasks.domain import advice, guards, rules
from tasks.domain.admission import Tags
from tasks.domain.catalogue import TYPES
from tasks.domain.confidence import Fixes
from tasks.domain.earning import Standing
from tasks.domain.errors import Malformed
from tasks.domain.guards import Block
from tasks.domain.moment import seconds
from tasks.domain.opting import TARGET
from tasks.domain.payload import Analysis, Incident, Json, load
from tasks.domain.picking import offered
from tasks.domain.planning import Known
from tasks.domain.policy import Policy
from tasks.resources import actions

# What makes a line an export, and the form that is documented in export.schema.json.
MARK, VERSION = "aiops_export", 1
SCHEMA = Path(__file__).parent / "export.schema.json"


def is_export(event: Any) -> bool:
    return isinstance(event, dict) and MARK in event


class Recorded:
    """One line of `aiops incidents --export`; Malformed when it does not have that form.

    `event` is the incident as it was understood, `malformed` says why its event could not be read. `verdict` is the
    rules', where a hidden secret would change it.
    """

    def __init__(self, line: Json) -> None:
        if line[MARK] != VERSION:
            raise Malformed(f"an export of version {json.dumps(line[MARK])[:20]}, known is {VERSION}: export it anew")
        if fault := next(_faults(line), ""):
            raise Malformed(f"no exported incident: {fault}")
        self.event = load(Incident, line["incident"])
        self._grounds: Json = line.get("grounds") or {}
        self._analysis: Json = line.get("analysis") or {}
        self._plan: Json = (line.get("plan") or {}).get("grounds") or {}
        self.verdict = load(Analysis, line["verdict"]) if "verdict" in line else None
        block = line.get("blocked") or {}
        self.malformed = str(block["why"]) if block.get("reason") == guards.MALFORMED else ""

    @property
    def now(self) -> float | None:
        return seconds(self._grounds["at"])

    @property
    def threshold(self) -> float:
        return float(self._planned("threshold"))

    def judge(self, incident: Incident) -> Analysis:
        return self.verdict or rules.judge(incident)

    def target_tags(self, incident: Incident) -> Mapping[str, str]:
        return {TARGET: named} if (named := self._asked("target", "the alarm's tags")) else {}

    def stopped(self) -> str:
        return str(self._asked("stopped", "whether the kill switch was on"))

    def tags(self, incident: Incident, names: Sequence[str]) -> Tags:
        known, found = self._asked("tag_names", "the tags"), self._asked("tags", "the tags")
        for name in names:
            if name not in known:
                raise NotRecorded(f"the tag {name}")
        return {one.arn: Answers(found, "the tags of {}")[one.arn] for one in incident.resources}

    def called(self, incident: Incident) -> bool:
        return bool(self._asked("called", "whether a call was behind it"))

    def closed(self, calendars: Sequence[str]) -> str:
        found = self._asked("calendars", "whether a change calendar was closed")
        if found["names"] != list(calendars):
            raise NotRecorded(f"whether one of the change calendars {', '.join(calendars)} was closed")
        return str(found["closed"])

    def storm(self, incident: Incident, issue: str) -> Block | None:
        found = self._asked("storm", "whether there was a storm")
        return load(Block, found) if found else None

    def recurred(self, incident: Incident, issue: str) -> Mapping[str, Json]:
        found = Answers[Json](self._asked("recurred", "how often it recurred"), "how often it recurred on {}")
        return {one.arn: {"recent": found[one.arn]} for one in incident.resources}

    def claim(self, incident: Incident, tags: Tags, *, holding: bool) -> Incident | Block:
        found = self._asked("claim", "whether it was free to be claimed")
        if "reason" in found:
            return load(Block, found)
        for one in incident.resources:
            if one.arn not in found["held"] and one.arn not in found["lost"]:
                raise NotRecorded(f"whether {one.id} was free to be claimed")
        lost = {one.arn for one in incident.resources} & set(found["lost"])
        return guards.without(incident, {arn: found["lost"][arn] for arn in lost})

    def once(self, block: Block, incident: Incident, verdict: Analysis | None) -> Block:
        return replace(block, tell=True)

    def advised(self, verdict: Analysis, incident: Incident, policy: Policy) -> Analysis:
        if not self._analysis:
            raise NotRecorded("what the model said, if it was asked")
        said = self._analysis.get("advice")
        if not said:
            return verdict
        types = dict.fromkeys(one.type for one in incident.resources)
        choice = advice.names(offered(verdict.issue, policy, types=types, actions=actions))
        if choice and said.get("action") not in choice:
            raise NotRecorded(f"what the model would have picked of {', '.join(choice)}")
        return advice.apply(verdict, said)

    def fixes(self, issue: str, names: Sequence[str]) -> dict[str, Fixes]:
        counted = self._analysis.get("certainty", {}).get("history", {}) if issue == self._analysis.get("issue") else {}
        if names and names[0] not in counted:
            raise NotRecorded.fix(names[0], issue)
        return {name: load(Fixes, counted[name]) for name in names if name in counted}

    def known(self, incident: Incident, issue: str, policy: Policy) -> Mapping[str, Known]:
        if not policy.answers(issue):
            return {}
        found = Answers[Json](self._planned("known"), "the state of {}")
        return {one.arn: _known(one.id, found[one.arn], issue, policy) for one in incident.resources}

    def standings(self, incident: Incident, policy: Policy) -> Mapping[str, Standing]:
        if policy.earning is None:
            return {}
        found = Answers[Json](self._planned("standings"), "what had been earned in the environment {}")
        return {name: load(Standing, found[name]) for name in {one.environment for one in incident.resources}}

    def _asked(self, name: str, what: str) -> Any:
        return Answers(self._grounds, what)[name]

    def _planned(self, name: str) -> Any:
        return Answers[Any](self._plan, "what was known when it was planned")[name]


def _known(name: str, noted: Json, issue: str, policy: Policy) -> Known:
    """What was known of a resource; states are fingerprints, which say no more than that there was one."""
    known = {action: _state(one) for action, one in noted["targets"].items()}
    targets = Answers[Json | None](known, f"what {{}} would have to do on {name}")
    first = next((one.action for one in policy.answers(issue) if targets.get(one.action) is not None), "")
    if first != noted["answer"]:
        raise NotRecorded(f"whether {name} already was as {first or 'no action'} would make it")
    return Known(targets, _state(noted["seen"]), noted["stale"], noted["settled"], first)


def _state(fingerprint: str | None) -> Json | None:
    return None if fingerprint is None else {"fingerprint": fingerprint}


def _faults(line: Json) -> Iterator[str]:
    """What is wrong with a line of this version."""
    if misfit := jsonschema.exceptions.best_match(_form().iter_errors(line)):
        yield f"{misfit.json_path}: {misfit.message[:200]}"
        return
    for one in line["incident"]["resources"]:
        if one["type"] not in TYPES:
            yield f"nothing is known of resources of the type {one['type'][:100]}"
    for action, fixes in (line.get("analysis") or {}).get("certainty", {}).get("history", {}).items():
        if fixes["verified"] > fixes["cases"]:
            yield f"{action[:100]} was proven more often than tried"


@cache
def _form() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
