"""Which alarms are near a restored resource."""

import pytest
from published import ACCOUNT, REGION, Json

from tasks.domain.neighbours import groups, near

HOST = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-1"
STACK = {"aws:cloudformation:stack-id": "arn:of:shop"}
BALANCER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/shop/50dc6c49"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay"
BUCKET = "arn:aws:s3:::shop-files"


def alarm(*values: str, name: str = "a", **more: object) -> Json:
    dimensions = [{"Name": "Any", "Value": value} for value in values]
    arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"
    return {"AlarmName": name, "AlarmArn": arn, "Dimensions": dimensions, **more}


@pytest.mark.parametrize("value", ["i-1", "app/shop/50dc6c49", "pay", "shop-files", "web"])
def test_an_alarm_on_the_resource_or_a_member_of_its_group_is_near(value: str) -> None:
    tags = [{"aws:autoscaling:groupName": "web"}]
    assert near(alarm("other", value), {}, arns=[HOST, BALANCER, FUNCTION, BUCKET], tags=tags)


@pytest.mark.parametrize("value", ["i-11", "1", "shop", "50dc6c49x", "payments", "files"])
def test_an_alarm_on_something_of_a_like_name_is_not(value: str) -> None:
    assert not near(alarm(value), {}, arns=[HOST, BALANCER, FUNCTION, BUCKET], tags=[STACK])


def test_an_alarm_in_metric_math_is_near_by_what_its_metrics_look_at() -> None:
    metric = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Dimensions": [{"Name": "X", "Value": "i-1"}]}
    queries = [{"Id": "e", "Expression": "m*2"}, {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60}}]
    assert near(alarm(Metrics=queries), {}, arns=[HOST], tags=[])


def test_an_alarm_that_is_a_member_of_the_group_itself_is_near() -> None:
    one = alarm(name="composite")
    del one["Dimensions"]
    assert near(one, {}, arns=[HOST, one["AlarmArn"]], tags=[])


@pytest.mark.parametrize(
    ("own", "theirs", "is_near"),
    [
        ({"app": "shop"}, {"app": "shop"}, True),
        ({"app": "shop"}, {"app": "bank"}, False),
        ({"Name": "web"}, {"Name": "web"}, False),
        ({"aiops:recover": "auto"}, {"aiops:recover": "auto"}, False),
        ({}, {}, False),
    ],
)
def test_an_alarm_that_shares_a_tag_is_near_unless_the_tag_says_nothing(
    own: dict[str, str], theirs: dict[str, str], is_near: bool
) -> None:
    assert near(alarm(), own, arns=[HOST], tags=[theirs]) is is_near


def test_groups_are_those_that_aws_itself_tags_each_once() -> None:
    assert groups([STACK, {**STACK, "app": "shop"}, {}]) == [("aws:cloudformation:stack-id", "arn:of:shop")]
