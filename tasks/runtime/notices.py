"""Telling people, over SNS."""

from typing import Any

from tasks.domain.notice import Message


def publish(sns: Any, topic: str, message: Message) -> None:
    """Send one message to everybody who subscribed."""
    sns.publish(TopicArn=topic, Subject=message.subject, Message=message.body)
