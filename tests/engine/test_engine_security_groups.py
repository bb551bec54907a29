"""Calls on security groups are the events that AWS publishes."""

from collections.abc import Callable
from typing import Any

from published import sample

from engine.listener import Listener
from engine.shapes import shape


def test_opening_a_group_is_the_event_that_aws_publishes(calls: Listener, user: Callable[[str], Any]) -> None:
    """In both forms of the request; the rules made have no more than the ARN that the sample's year did not have."""
    ec2 = user("ec2")
    group = ec2.create_security_group(GroupName="opened", Description="opened")["GroupId"]
    ports = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    expected = sample("cloudtrail_AuthorizeSecurityGroupIngress")
    ec2.authorize_security_group_ingress(GroupId=group, CidrIp="0.0.0.0/0", **ports)
    event = calls.call("AuthorizeSecurityGroupIngress")
    [rule] = event["detail"]["responseElements"]["securityGroupRuleSet"]["items"]
    rule.pop("securityGroupRuleArn")
    assert shape(event) == shape(expected)
    calls.forget()
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{**ports, "Ipv6Ranges": [{"CidrIpv6": "::/0", "Description": "all"}]}]
    )
    event = calls.call("AuthorizeSecurityGroupIngress")
    asked = event["detail"]["requestParameters"]["ipPermissions"]["items"]
    assert asked == [
        {
            "ipProtocol": "tcp",
            "fromPort": 22,
            "toPort": 22,
            "ipv6Ranges": {"items": [{"cidrIpv6": "::/0", "description": "all"}]},
        }
    ]
