"""What AWS asks for one incident's usage: us-east-1, dollars, without free tiers, as of 2026-11-21.

Look at the pages before quoting a figure. Left out: storage, and what costs by the month whatever happens (alarms,
custom metrics, the trail's bucket).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Price:
    """`dollars` per `units` of the Usage field `of`."""

    of: str
    name: str
    dollars: float
    units: int
    page: str


PRICES = (
    Price("transitions", "Step Functions transitions", 0.025, 1_000, "https://aws.amazon.com/step-functions/pricing/"),
    Price("invocations", "Lambda requests", 0.20, 1_000_000, "https://aws.amazon.com/lambda/pricing/"),
    Price("gigabyte_seconds", "Lambda GB-seconds, arm64", 13.3334, 1_000_000, "https://aws.amazon.com/lambda/pricing/"),
    Price("write_units", "DynamoDB write units", 0.625, 1_000_000, "https://aws.amazon.com/dynamodb/pricing/"),
    Price("read_units", "DynamoDB read units", 0.125, 1_000_000, "https://aws.amazon.com/dynamodb/pricing/"),
    Price("log_bytes", "Log bytes", 0.50, 1_000_000_000, "https://aws.amazon.com/cloudwatch/pricing/"),
    Price("messages", "SNS requests", 0.50, 1_000_000, "https://aws.amazon.com/sns/pricing/"),
    Price("messages", "SNS e-mails", 2.00, 100_000, "https://aws.amazon.com/sns/pricing/"),
)
