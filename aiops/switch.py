"""`aiops stop` and `aiops start`: the kill switch."""

from aiops.account import asking, client
from aiops.names import KILL_SWITCH

_MEANS = {
    "on": "stopped: new incidents are blocked (KILL_SWITCH) and no plan is carried out, until `aiops start`",
    "off": "started: the agent acts again, as policy.yaml and the tags allow",
}


def turn(value: str) -> None:
    """Turn the kill switch `on` or `off`; twice does no harm."""
    ssm = client("ssm")
    with asking():
        before = ssm.get_parameter(Name=KILL_SWITCH)["Parameter"]["Value"]
        if before != value:
            ssm.put_parameter(Name=KILL_SWITCH, Value=value, Overwrite=True)
    print(f"{'already ' if before == value else ''}{_MEANS[value]} ({KILL_SWITCH} = {value})")
