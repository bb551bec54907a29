"""The engine's HTTP side: MiniStack's application, and POST /_aiops/deliver for who is in another process."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from aiops.engine.errors import EngineError

_DELIVER = "/_aiops/deliver"


def application(*, ministack: Any, deliver: Callable[[dict[str, Any]], None], started: Callable[[], None]) -> Any:
    """An ASGI application; `started` is called once requests are served."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        async def notice_start(message: dict[str, Any]) -> None:
            if message["type"] == "lifespan.startup.complete":
                started()
            await send(message)

        if scope["type"] == "http" and scope["path"] == _DELIVER:
            await _answer(receive, send, deliver)
        else:
            await ministack(scope, receive, notice_start if scope["type"] == "lifespan" else send)

    return serve


async def _answer(receive: Any, send: Any, deliver: Callable[[dict[str, Any]], None]) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    status, reply = 200, b""
    try:
        await asyncio.to_thread(deliver, json.loads(body))
    except (EngineError, ValueError) as error:
        status, reply = 400, str(error).encode()
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": reply})


def deliver_to(endpoint: str, event: dict[str, Any]) -> None:
    """`Engine.deliver` for an engine in another process. EngineError if none answers there or it refuses the event."""
    request = urllib.request.Request(  # noqa: S310 - whoever calls this names the endpoint
        endpoint.rstrip("/") + _DELIVER, data=json.dumps(event).encode(), headers={"content-type": "application/json"}
    )
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).close()
    except urllib.error.HTTPError as refused:
        raise EngineError(refused.read().decode() or f"{endpoint} is no engine") from refused
    except (OSError, ValueError) as error:
        raise EngineError(f"no engine answers at {endpoint}") from error
