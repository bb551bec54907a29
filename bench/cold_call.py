"""One cold start, in a process of its own: import and first call, as JSON on the last line of stdout.

Standard input names a task (`module`, `event`) and the directory with its code, or, for the bare handler, the `calls`
that it makes, in order: [number of the client, service, method, parameters], without a method where it makes the
client. Nothing of this repository is imported but what is measured.
"""

import json
import sys
import time
from itertools import count
from typing import Any


class Context:
    function_name = "bench"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:bench"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def call_task(module: str, event: Any) -> None:
    import importlib

    importlib.import_module(module).handler(event, Context())


def call_bare(calls: list[Any]) -> None:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    config = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=3, read_timeout=15)
    clients: dict[int, Any] = {}
    for number, service, method, parameters in calls:
        if not method:
            clients[number] = boto3.client(service, config=config)
            continue
        try:
            getattr(clients[number], method)(**parameters)
        except ClientError:
            continue  # a condition that no longer holds takes as long


def note_calls(calls: list[Any]) -> None:
    """Have each client that is made from now on noted, and of its calls the first of each kind."""
    import boto3

    make, numbers = boto3.client, count()

    def client(service: str, **options: Any) -> Any:
        made, number, noted = make(service, **options), next(numbers), set[str]()
        calls.append([number, service, "", {}])
        methods = {operation: method for method, operation in made.meta.method_to_api_mapping.items()}

        def note(params: Any, model: Any, **_: Any) -> None:
            if model.name not in noted:
                noted.add(model.name)
                calls.append([number, service, methods[model.name], params])

        made.meta.events.register("provide-client-params", note)
        return made

    boto3.client = client


def main() -> None:
    started = time.process_time()
    order, calls, raised = json.load(sys.stdin), list[Any](), ""
    try:
        if "calls" in order:
            call_bare(order["calls"])
        else:
            sys.path.insert(0, order["code"])
            if order["note"]:
                note_calls(calls)
            call_task(order["module"], order["event"])
    except Exception as error:  # whoever ordered the call knows what it may raise
        raised = type(error).__name__
    seconds = time.process_time() - started
    print(f"\n{json.dumps({'seconds': seconds, 'calls': calls, 'raised': raised}, default=str)}")


main()
