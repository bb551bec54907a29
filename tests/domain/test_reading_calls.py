"""What a call says by itself, for services that the catalogue does not know."""

import pytest
from events_made import PAIRS, STACK, called
from published import Json

from tasks.domain.incident import understand
from tasks.domain.rules import judge


@pytest.mark.parametrize(("issue", "harm"), [(issue, harm) for issue, harm, _ in PAIRS])
def test_harm_is_seen_in_what_a_call_says(issue: str, harm: Json) -> None:
    assert judge(understand(harm)).issue == issue


@pytest.mark.parametrize("harmless", [harmless for _, _, harmless in PAIRS])
def test_the_same_call_without_harm_is_normal(harmless: Json) -> None:
    assert judge(understand(harmless)).classification == "NORMAL"


@pytest.mark.parametrize("harm", [harm for _, harm, _ in PAIRS if harm["detail"]["eventName"] != "ConsoleLogin"])
def test_a_refused_call_is_an_attempt_and_changed_nothing(harm: Json) -> None:
    refused = {**harm, "detail": {**harm["detail"], "errorCode": "AccessDenied"}}
    assert judge(understand(refused)).classification == "NORMAL"


@pytest.mark.parametrize("harm", [harm for _, harm, _ in PAIRS if harm["detail"]["eventName"] != "ConsoleLogin"])
def test_what_a_service_does_on_somebodys_behalf_is_normal(harm: Json) -> None:
    by_stack = {**harm, "detail": {**harm["detail"], "userIdentity": STACK}}
    assert judge(understand(by_stack)).classification == "NORMAL"


@pytest.mark.parametrize("name", ["NoSuchCall ", "x" * 10_000, "Delete\nTrail", "", "削除"])
def test_what_is_no_name_of_a_call_says_nothing(name: str) -> None:
    assert judge(understand(called("cloudtrail", name, {"name": "t"}))).classification == "NORMAL"


@pytest.mark.parametrize(("port", "severity"), [(443, "low"), (80, "low"), (22, "high"), (None, "high")])
def test_a_web_port_open_to_the_internet_is_not_grave(port: int | None, severity: str) -> None:
    ports = {} if port is None else {"fromPort": port, "toPort": port}
    event = called("ec2", "ModifySecurityGroupRules", {"cidrIpv4": "0.0.0.0/0", **ports})
    assert judge(understand(event)).severity == severity


def test_a_reason_stays_short_whatever_the_call_brings() -> None:
    reason = judge(understand(called("ec2", "RunInstances", {"instanceType": "p4d." + "x" * 9_000}))).reason
    assert len(reason) < 700
