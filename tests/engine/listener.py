"""Who hears the events of the engine."""

import json
from collections.abc import Callable

from published import Json

from aiops.engine import ACCOUNT, REGION, Engine
from engine.waiting import until


class Listener:
    """A queue to which the events of one pattern go."""

    def __init__(self, engine: Engine, name: str, pattern: Json) -> None:
        self.sqs = engine.client("sqs")
        self.url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        engine.client("events").put_rule(Name=name, EventPattern=json.dumps(pattern))
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        engine.client("events").put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        self.received: list[Json] = []

    def until(self, wanted: Callable[[Json], bool]) -> Json:
        """The first event that is wanted, waiting for it if need be."""
        return until(lambda: next((event for event in self.all() if wanted(event)), None))

    def call(self, name: str) -> Json:
        """The first event of an API call of this name."""
        return self.until(lambda event: bool(event["detail"]["eventName"] == name))

    def all(self) -> list[Json]:
        """What came since this was made, or since it forgot."""
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.received.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return self.received

    def forget(self) -> None:
        """What came so far no longer counts."""
        self.all()
        self.received.clear()
