"""What people are told: a queue that subscribes beside the e-mail."""

import json
from typing import Any

from aiops.engine import ACCOUNT, REGION, Engine

TOPIC, QUEUE = f"arn:aws:sns:{REGION}:{ACCOUNT}:aiops-incidents", f"arn:aws:sqs:{REGION}:{ACCOUNT}:demo-inbox"
ALLOW = {
    "Effect": "Allow",
    "Principal": {"Service": "sns.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": QUEUE,
    "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}},
}


class Inbox:
    def __init__(self, engine: Engine) -> None:
        self._sqs, self._read = engine.client("sqs"), list[dict[str, Any]]()
        policy = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
        self._url = self._sqs.create_queue(QueueName="demo-inbox", Attributes={"Policy": policy})["QueueUrl"]
        engine.client("sns").subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=QUEUE)

    def messages(self) -> list[dict[str, Any]]:
        """Everything that was told so far, as SNS hands it over (Subject, Message)."""
        while received := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            for message in received:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
                self._read.append(json.loads(message["Body"]))
        return self._read
