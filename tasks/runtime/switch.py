"""The kill switch: one SSM parameter that stops all acting."""

from typing import Any


def stopped(ssm: Any, name: str) -> bool:
    """Whether acting is stopped: anything but `off` stops, and an unreadable switch is an error, not a yes to act."""
    return bool(ssm.get_parameter(Name=name)["Parameter"]["Value"].strip().lower() != "off")
