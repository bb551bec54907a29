"""Answers of a scripted model."""

from typing import Any

from published import Json

from tasks.domain.advice import TOOL

FORM = {"severity": "critical", "confidence": 0.85, "root_cause": "a deploy", "explanation": "it was"}


def converse(form: Any) -> Json:
    """A Converse response that fills in the form with this."""
    content = [{"toolUse": {"toolUseId": "1", "name": TOOL, "input": form}}]
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
        "metrics": {"latencyMs": 1},
    }
