"""AnalyzeMetrics: an episode in a managed resource's metric is told once, and what was learned is kept."""

import math
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from by_hand import call, detected
from cloud import PATTERNS, Cloud
from left_behind import reported
from managed import instance
from published import ACCOUNT, REGION, Json

from tasks import analyze_metrics
from tasks.domain.errors import NotSeen
from tasks.domain.metrics.watched import Series
from tasks.domain.payload import Incident, Resource, load
from tasks.domain.rules import judge
from tasks.runtime.clients import client
from tasks.store import detectors

HOUR = 3600


def now() -> int:
    return int(time.time()) // HOUR * HOUR


def measured(one: Resource, values: dict[int, float], metric: str = "CPUUtilization") -> None:
    """Values of an instance's metric, each at its moment in seconds."""
    dimensions = [{"Name": "InstanceId", "Value": one.id}]
    rows = [
        {"MetricName": metric, "Dimensions": dimensions, "Timestamp": datetime.fromtimestamp(at, UTC), "Value": value}
        for at, value in values.items()
    ]
    client("cloudwatch").put_metric_data(Namespace="AWS/EC2", MetricData=rows)


def usual(at: int) -> float:
    """A value with a daily rise and fall."""
    return 30 + 10 * math.sin(at / HOUR * math.pi / 12)


def calm(days: int = 6) -> dict[int, float]:
    """Hourly rows up to three hours ago."""
    return {at: usual(at) for at in range(now() - days * 24 * HOUR, now() - 3 * HOUR, HOUR)}


@pytest.fixture
def learned(cloud: Cloud) -> Resource:
    one = instance(stopped=False)
    measured(one, calm())
    call(analyze_metrics.handler, {})
    return one


def test_an_episode_is_told_once_with_what_it_is(learned: Resource) -> None:
    assert reported() == []
    measured(learned, {now() - 2 * HOUR: 99.0})
    assert call(analyze_metrics.handler, {})["told"] == 1
    assert call(analyze_metrics.handler, {})["told"] == 0
    [event] = reported()
    detail = event["detail"]
    assert (event["source"], event["detail-type"]) == ("aiops", "Metric Anomaly")
    assert (detail["resource"]["id"], detail["metric"], detail["value"]) == (learned.id, "CPUUtilization", 99.0)
    assert (detail["up"], detail["severity"]) == (True, "critical")


def test_what_is_as_ever_is_not_told(learned: Resource) -> None:
    at = now() - 2 * HOUR
    measured(learned, {at: usual(at)})
    assert call(analyze_metrics.handler, {}) == {"series": 3, "rows": 1, "told": 0}


def test_its_history_is_learned_and_not_told(cloud: Cloud) -> None:
    one = instance(stopped=False)
    measured(one, calm() | {now() - 50 * HOUR: 99.0})
    assert call(analyze_metrics.handler, {})["told"] == 0
    assert reported() == []


def test_what_was_missed_by_an_outage_of_the_schedule_is_told(learned: Resource) -> None:
    measured(learned, {now() - 2 * HOUR: 99.0, now() - HOUR: 30.0})
    assert call(analyze_metrics.handler, {})["told"] == 1


def test_what_is_less_than_the_wanted_severity_is_not_told(cloud: Cloud, learned: Resource) -> None:
    cloud.set(METRIC_SEVERITY="critical")
    measured(learned, {now() - 2 * HOUR: 0.0})  # a drop hurts less than a rise
    assert call(analyze_metrics.handler, {})["told"] == 0


def test_what_nobody_opted_in_is_not_looked_at(cloud: Cloud) -> None:
    measured(instance(autonomy="", stopped=False), calm())
    assert call(analyze_metrics.handler, {})["series"] == 0


def test_retraining_forgets_and_learns_the_history_anew(learned: Resource) -> None:
    series = Series(learned, "CPUUtilization", "Average")
    before = detectors.read(client("dynamodb"), PATTERNS, series)
    assert call(analyze_metrics.handler, {"retrain": [learned.arn]})["rows"] == len(calm())
    after = detectors.read(client("dynamodb"), PATTERNS, series)
    assert (after.cursor, after.detector.state()) == (before.cursor, before.detector.state())


def test_of_two_runs_at_once_the_later_write_is_refused(learned: Resource) -> None:
    series = Series(learned, "CPUUtilization", "Average")
    known = detectors.read(client("dynamodb"), PATTERNS, series)
    first = detectors.Learned(known.detector, known.cursor + HOUR)
    for written in (True, False):
        done = detectors.write(client("dynamodb"), PATTERNS, series, first, before=known.cursor, now=now())
        assert done is written


def test_told_it_is_an_anomaly_that_changes_nothing(cloud: Cloud, learned: Resource) -> None:
    measured(learned, {now() - 2 * HOUR: 99.0})
    call(analyze_metrics.handler, {})
    [event] = reported()
    found = detected(cloud, {**event, "account": ACCOUNT})  # moto leaves it empty
    assert "blocked" not in found
    verdict = judge(load(Incident, found["incident"]))
    assert (verdict.classification, verdict.severity, verdict.issue) == ("ANOMALY", "critical", "metric_unusual")
    [named] = found["incident"]["resources"]
    assert named["arn"] == f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{learned.id}"


def test_a_batch_that_is_refused_hides_no_other(
    cloud: Cloud, learned: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one series at a time, the first is refused: the other two are asked all the same, and it is said."""
    monkeypatch.setattr(analyze_metrics, "AT_ONCE", 1)
    asked = list[str]()

    def refuse_the_first(params: Json, **_: Any) -> None:
        asked.append(params["MetricDataQueries"][0]["MetricStat"]["Metric"]["MetricName"])
        if len(asked) == 1:
            raise ReadTimeoutError(endpoint_url="cloudwatch")

    cloud.interfere("cloudwatch", "provide-client-params.cloudwatch.GetMetricData", refuse_the_first)
    with pytest.raises(NotSeen, match=learned.id):
        call(analyze_metrics.handler, {})
    assert len(set(asked)) == 3
