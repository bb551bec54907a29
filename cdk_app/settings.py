"""What cdk.json and `-c` say, checked once; nothing below reads the context."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

# CloudWatch Logs knows only certain periods.
LOG_RETENTION_DAYS = ("1", "7", "14", "30", "90", "180", "365", "3653")


class BadSettings(Exception):
    """One line: which context key, what is wrong with it, what to write instead."""


def _key(read: Callable[[str], Any], wanted: str) -> Any:
    """A field whose `read` turns text into the value, or raises ValueError or KeyError when it is not as `wanted`."""
    return field(metadata={"read": read, "wanted": wanted})


def _number(kind: type[int] | type[float], low: float, high: float) -> Any:
    def read(text: str) -> float:
        if low <= (value := kind(text)) <= high:
            return value
        raise ValueError

    return _key(read, f"a {'whole ' if kind is int else ''}number from {low} to {high}")


def _choice(*values: str, kind: type[int] | type[str] = str) -> Any:
    return _key({value: kind(value) for value in values}.__getitem__, " or ".join(values))


def _text(pattern: str, wanted: str) -> Any:
    def read(text: str) -> str:
        if re.fullmatch(pattern, text):
            return text
        raise ValueError

    return _key(read, f"{wanted}, or empty")


@dataclass(frozen=True)
class Settings:
    cooldown_minutes: int = _number(int, 0, 1440)
    confidence_threshold: float = _number(float, 0, 1)
    retention_days: int = _number(int, 1, 3650)
    log_retention_days: int = _choice(*LOG_RETENTION_DAYS, kind=int)
    incidents_per_hour: int = _number(int, 1, 1000)
    burst: int = _number(int, 1, 100)
    storm_incidents: int = _number(int, 1, 1000)
    storm_minutes: float = _number(float, 1, 1440)
    model_id: str = _text(r"([a-z0-9-]+\.)?[a-z0-9-]+\.[a-z0-9.:-]+|", "the id of a Bedrock model or inference profile")
    email: str = _text(r"[^@\s]+@[^@\s]+\.[^@\s]+|", "an e-mail address")
    trail: str = _choice("create", "existing")
    architecture: str = _choice("arm64", "x86_64")
    snapshot_minutes: int = _number(int, 1, 1440)
    metric_minutes: int = _number(int, 5, 1440)
    metric_severity: str = _choice("low", "medium", "high", "critical")
    drift_grace_minutes: int = _number(int, 0, 1440)
    log_minutes: int = _number(int, 1, 60)
    log_megabytes_a_day: int = _number(int, 1, 1_000_000)
    verify_deadline_minutes: float = _number(float, 0.01, 240)
    settle_seconds: float = _number(float, 0, 3600)
    synthesizer: str = _choice("bootstrap", "cli")
    removal: str = _choice("retain", "destroy")
    redeploy: str = _text(r"terraform|cdk:[A-Za-z][A-Za-z0-9-]*|", "terraform or cdk:STACK")
    redeploy_source: str = _text(
        r"s3://[a-z0-9.-]+/[^\s*?]+\.zip|https://git-codecommit\.[a-z0-9-]+\.amazonaws\.com/v1/repos/[\w.-]+"
        r"|https://github\.com/[\w.-]+/[\w.-]+|",
        "s3://BUCKET/KEY.zip, or the https address of a repository at CodeCommit or GitHub",
    )
    redeploy_connection: str = _text(
        r"arn:[\w-]+:code(connections|star-connections):[\w-]+:\d{12}:connection/[\w-]+|",
        "the ARN of a connection to GitHub",
    )
    redeploy_policies: str = _text(
        r"arn:[\w-]+:iam::(aws|\d{12}):policy/[\w+=.@/-]+(,arn:[\w-]+:iam::(aws|\d{12}):policy/[\w+=.@/-]+)*|",
        "ARNs of managed policies, with commas between them",
    )
    redeploy_image: str = _text(r"\w[\w./:@-]*|", "the name of a container image")

    @classmethod
    def of(cls, context: Mapping[str, object]) -> Self:
        """The settings in a CDK context. Raises BadSettings at the first key that is unknown, missing or out of range.

        Keys with a colon, a hyphen or an @ belong to the CDK.
        """
        known = {one.name: one for one in fields(cls)}
        for name in context:
            if name.isidentifier() and name not in known:
                raise BadSettings(f"context key {name} is unknown; known are {', '.join(known)}")
        values = {}
        for name, one in known.items():
            wanted = f"it must be {one.metadata['wanted']} (cdk.json, or -c {name}=...)"
            if name not in context:
                raise BadSettings(f"context key {name} is missing; {wanted}")
            try:
                values[name] = one.metadata["read"](str(context[name]))
            except (ValueError, KeyError):
                raise BadSettings(f"context key {name} is {context[name]!r}; {wanted}") from None
        if values["redeploy"] and not values["redeploy_source"]:
            raise BadSettings(
                "context key redeploy_source is empty; redeploy needs it (cdk.json, or -c redeploy_source=...)"
            )
        return cls(**values)
