"""EventBridge's rules."""

from typing import Any

from aiops.demo.stage import Stage
from aiops.engine import ACCOUNT, REGION


class Rule:
    """A rule of the agent."""

    def __init__(self, stage: Stage, name: str) -> None:
        self._events, self.name = stage.events, name
        with stage.unseen():
            stage.invoke("TakeSnapshots")
            stage.remembered(f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}")

    def disable(self) -> None:
        self._events.disable_rule(Name=self.name)

    def settings(self) -> dict[str, Any]:
        """What it listens to, and where its events go."""
        rule = self._events.describe_rule(Name=self.name)
        parts = {part: rule.get(part) for part in ("State", "EventPattern", "ScheduleExpression")}
        return {**parts, "targets": self._events.list_targets_by_rule(Rule=self.name)["Targets"]}
