"""Bedrock, played by a script."""

import pytest
from botocore.exceptions import ClientError
from published import Json

from aiops.engine import Engine


def test_a_script_plays_the_model(engine: Engine) -> None:
    """Converse answers what the script returns, or fails as the script says; without one MiniStack answers."""
    bedrock = engine.client("bedrock-runtime")
    asked: list[Json] = []
    reply = {"toolUse": {"toolUseId": "1", "name": "classify", "input": {"severity": "high"}}}
    answer = {
        "output": {"message": {"role": "assistant", "content": [reply]}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
        "metrics": {"latencyMs": 1},
    }

    def model(request: Json) -> Json:
        asked.append(request)
        if len(asked) > 1:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "Converse")
        return answer

    request = {
        "modelId": "anthropic.claude-3-haiku-20240307-v1:0",
        "messages": [{"role": "user", "content": [{"text": "?"}]}],
    }
    engine.model = model
    try:
        assert bedrock.converse(**request)["output"] == answer["output"]
        assert asked[0] == request
        with pytest.raises(bedrock.exceptions.AccessDeniedException):
            bedrock.converse(**request)
    finally:
        engine.model = None
    assert bedrock.converse(**request)["stopReason"] == "end_turn"
