"""Where events end that nobody took."""

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct


class DeadLetters(Construct):
    """`undelivered`: events that could not start the workflow, for HandleUndeliverable.

    `unhandled`: what even the handlers of failures could not handle, for a person, told by an alarm.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.unhandled = self._queue("Unhandled")
        # Six times the consumer's timeout, https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        self.undelivered = self._queue(
            "Undelivered",
            visibility_timeout=cdk.Duration.minutes(5),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.unhandled, max_receive_count=5),
        )

    def _queue(
        self,
        name: str,
        visibility_timeout: cdk.Duration | None = None,
        dead_letter_queue: sqs.DeadLetterQueue | None = None,
    ) -> sqs.Queue:
        return sqs.Queue(
            self,
            name,
            queue_name=f"aiops-{name.lower()}",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
            visibility_timeout=visibility_timeout,
            dead_letter_queue=dead_letter_queue,
        )
