"""What an event is understood as."""

import json

import pytest
from published import ACCOUNT, REGION, Json, actors, call, changed, on_bucket, overwriting, sample, stopping

from tasks.domain.catalogue import CREATIONS
from tasks.domain.events import FAULTS, tagging_types
from tasks.domain.incident import understand
from tasks.domain.knowledge.cloudtrail import TRAIL
from tasks.domain.knowledge.dynamodb import TABLE
from tasks.domain.knowledge.ec2 import GROUP, INSTANCE
from tasks.domain.knowledge.eventbridge import RULE
from tasks.domain.knowledge.lambda_ import FUNCTION
from tasks.domain.knowledge.rds import INSTANCE as DATABASE
from tasks.domain.knowledge.s3 import BUCKET
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.payload import Actor, Resource

EC2, DYNAMODB, SSM, S3 = (
    f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/",
    f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/",
    f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/",
    "arn:aws:s3:::",
)
I_1, I_2, NAME, B_1 = "i-1234567890abcdef0", "i-0598c7d356eba48d7", "example/db/host", "amzn-s3-demo-bucket"
G_1 = "sg-1234567890abcdef0"
T_1 = "ExampleTable"
FUNCTIONS, F_1 = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:", "example-function"
DBS, DB = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:", "example-database"
RULES, WATCH = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/", "ExampleRule"
TRAILS, EYES = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/", "ExampleTrail"

FAULT_SAMPLES = {
    "ec2_instance_state_change": (INSTANCE, I_1, EC2 + I_1),
    "cloudtrail_StopInstances": (INSTANCE, I_1, EC2 + I_1),
    "cloudtrail_AuthorizeSecurityGroupIngress": (GROUP, G_1, EC2.replace("instance", "security-group") + G_1),
    "cloudtrail_TerminateInstances": (INSTANCE, I_1, EC2 + I_1),
    "cloudtrail_PutParameter": (PARAMETER, f"/{NAME}", SSM + NAME),
    "cloudtrail_DeleteParameter": (PARAMETER, f"/{NAME}", SSM + NAME),
    "cloudtrail_DeleteParameters": (PARAMETER, f"/{NAME}", SSM + NAME),
    "cloudtrail_DeleteBucketPublicAccessBlock": (BUCKET, B_1, S3 + B_1),
    "cloudtrail_PutBucketPublicAccessBlock": (BUCKET, B_1, S3 + B_1),
    "cloudtrail_PutBucketPolicy": (BUCKET, B_1, S3 + B_1),
    "cloudtrail_DeleteBucketPolicy": (BUCKET, B_1, S3 + B_1),
    "cloudtrail_PutBucketAcl": (BUCKET, B_1, S3 + B_1),
    "cloudtrail_PutBucketVersioning": (BUCKET, B_1, S3 + B_1),
    "cloudtrail_PutBucketEncryption": (BUCKET, B_1, S3 + B_1),
    "cloudtrail_DeleteBucketEncryption": (BUCKET, B_1, S3 + B_1),
    "cloudtrail_PutBucketLifecycle": (BUCKET, B_1, S3 + B_1),
    "cloudtrail_DeleteBucketLifecycle": (BUCKET, B_1, S3 + B_1),
    "cloudtrail_PutBucketLogging": (BUCKET, B_1, S3 + B_1),
    "cloudtrail_DeleteBucket": (BUCKET, B_1, S3 + B_1),
    "cloudtrail_UpdateFunctionCode20150331v2": (FUNCTION, F_1, FUNCTIONS + F_1),
    "cloudtrail_UpdateFunctionConfiguration20150331v2": (FUNCTION, F_1, FUNCTIONS + F_1),
    "cloudtrail_UpdateAlias20150331": (FUNCTION, F_1, FUNCTIONS + F_1),
    "cloudtrail_AddPermission20150331v2": (FUNCTION, F_1, FUNCTIONS + F_1),
    "cloudtrail_PutFunctionConcurrency20171031": (FUNCTION, F_1, FUNCTIONS + F_1),
    "cloudtrail_DeleteFunction20150331": (FUNCTION, F_1, FUNCTIONS + F_1),
    "cloudtrail_DeleteTable": (TABLE, T_1, DYNAMODB + T_1),
    "cloudtrail_UpdateTable": (TABLE, T_1, DYNAMODB + T_1),
    "cloudtrail_UpdateContinuousBackups": (TABLE, T_1, DYNAMODB + T_1),
    "rds_db_instance_event": (DATABASE, DB, DBS + DB),
    "cloudtrail_StopDBInstance": (DATABASE, DB, DBS + DB),
    "cloudtrail_ModifyDBInstance": (DATABASE, DB, DBS + DB),
    "cloudtrail_DeleteDBInstance": (DATABASE, DB, DBS + DB),
    "cloudtrail_StopLogging": (TRAIL, EYES, TRAILS + EYES),
    "cloudtrail_PutEventSelectors": (TRAIL, EYES, TRAILS + EYES),
    "cloudtrail_UpdateTrail": (TRAIL, EYES, TRAILS + EYES),
    "cloudtrail_DeleteTrail": (TRAIL, EYES, TRAILS + EYES),
    **{
        f"cloudtrail_{name}": (RULE, WATCH, RULES + WATCH)
        for name in ("PutRule", "DisableRule", "DeleteRule", "PutTargets", "RemoveTargets")
    },
}
ALARM = "cloudwatch_alarm_state_change"
CREATION_SAMPLES = {
    "cloudtrail_RunInstances": INSTANCE,
    "cloudtrail_CreateTags": INSTANCE,
    "cloudtrail_PutParameter": PARAMETER,
    "cloudtrail_AddTagsToResource": PARAMETER,
    "cloudtrail_CreateBucket": BUCKET,
    "cloudtrail_PutBucketTagging": BUCKET,
    "cloudtrail_CreateTable": TABLE,
    "cloudtrail_TagResource": TABLE,
    "cloudtrail_CreateFunction20150331": FUNCTION,
    "cloudtrail_TagResource20170331v2": FUNCTION,
    "cloudtrail_CreateDBInstance": DATABASE,
    "cloudtrail_AddTags": TRAIL,
    "cloudtrail_StartLogging": TRAIL,
}
DRIFT = {
    **sample("ec2_instance_state_change"),
    "source": "aiops",
    "detail-type": "Drift",
    "detail": {"resource": {"type": BUCKET, "id": B_1}, "issue": "s3_bucket_policy_public", "digest": "abc"},
}


@pytest.mark.parametrize("name", FAULT_SAMPLES)
def test_a_published_fault_names_its_resource_by_type_id_and_arn(name: str) -> None:
    assert understand(sample(name)).resources == (Resource(*FAULT_SAMPLES[name]),)


def test_every_fault_of_the_table_has_a_published_sample_or_is_our_own() -> None:
    seen = {(one["source"], one["detail"].get("eventName", one["detail-type"])) for one in map(sample, FAULT_SAMPLES)}
    alarm = (sample(ALARM)["source"], sample(ALARM)["detail-type"])
    assert {(kind.source, kind.name) for kind in FAULTS if kind.source != "aiops"} == seen | {alarm}


def test_an_alarm_names_itself_and_no_resource_not_even_its_dimension() -> None:
    incident = understand(sample(ALARM))
    assert (incident.trigger, incident.resources) == ("ExampleCpuTooHigh", ())
    assert understand(stopping("i-1")).trigger == ""


@pytest.mark.parametrize(
    "form", [F_1, f"{F_1}:live", f"{FUNCTIONS}{F_1}", f"{FUNCTIONS}{F_1}:7", f"{ACCOUNT}:function:{F_1}"]
)
def test_a_function_is_the_same_in_every_form_of_its_name(form: str) -> None:
    event = call("AddPermission20150331v2", {"requestParameters.functionName": form})
    assert understand(event).resources == (Resource(FUNCTION, F_1, FUNCTIONS + F_1),)


def test_another_accounts_function_is_not_ours() -> None:
    theirs = f"arn:aws:lambda:{REGION}:111122223333:function:{F_1}"
    event = call("AddPermission20150331v2", {"requestParameters.functionName": theirs})
    assert understand(event).resources[0].arn != FUNCTIONS + F_1


@pytest.mark.parametrize("name", CREATION_SAMPLES)
def test_a_published_creation_names_its_resource(name: str) -> None:
    incident = understand(sample(name), CREATIONS)
    assert [one.type for one in incident.resources] == [CREATION_SAMPLES[name]]
    assert incident.resources[0].id in json.dumps(sample(name))


def test_every_creation_of_the_table_has_a_published_sample() -> None:
    assert {f"cloudtrail_{kind.name}" for kind in CREATIONS} == set(CREATION_SAMPLES)


def test_a_drift_names_its_resource_itself() -> None:
    assert understand(DRIFT).resources == (Resource(BUCKET, B_1, S3 + B_1),)


@pytest.mark.parametrize("name", [name for name in FAULT_SAMPLES if name.startswith("cloudtrail")])
def test_a_bare_cloudtrail_record_is_the_same_incident_as_its_envelope(name: str) -> None:
    assert understand(sample(name)["detail"]) == understand(sample(name))


def test_an_incident_says_where_and_when_it_happened() -> None:
    incident = understand(sample("cloudtrail_StopInstances"))
    told = (incident.account, incident.region, incident.time, incident.source, incident.event)
    assert told == (ACCOUNT, REGION, "2026-03-01T12:00:00.000Z", "aws.ec2", "StopInstances")


USER, ROLE = f"arn:aws:iam::{ACCOUNT}:user/ExampleUser", f"arn:aws:iam::{ACCOUNT}:role/ExampleRole"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/ExampleRole"
SCALING = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
ACTORS = {
    "IAMUser": Actor("person", USER, account=ACCOUNT),
    "IAMUser in the console": Actor("person", USER, account=ACCOUNT),
    "AssumedRole": Actor("role", f"{SESSION}/example-session", ROLE, account=ACCOUNT),
    "AssumedRole with sourceIdentity": Actor(
        "role", f"{SESSION}/example-session", ROLE, account=ACCOUNT, source_identity="ExampleIdentity"
    ),
    "AssumedRole invokedBy cloudformation": Actor(
        "role", f"{SESSION}/AWSCloudFormation", ROLE, "cloudformation.amazonaws.com", ACCOUNT
    ),
    "AssumedRole invokedBy autoscaling": Actor(
        "role",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling",
        f"arn:aws:iam::{ACCOUNT}:role/{SCALING}",
        "autoscaling.amazonaws.com",
        ACCOUNT,
    ),
    "AWSService cloudformation": Actor("service", invoked_by="cloudformation.amazonaws.com"),
    "AWSService autoscaling": Actor("service", invoked_by="autoscaling.amazonaws.com"),
    "Root": Actor("root", f"arn:aws:iam::{ACCOUNT}:root", account=ACCOUNT),
    "FederatedUser": Actor("role", f"arn:aws:sts::{ACCOUNT}:federated-user/example-federated", USER, account=ACCOUNT),
    "AWSAccount": Actor("account", account="111122223333"),
    "IdentityCenterUser": Actor("person", account=ACCOUNT),
}


@pytest.mark.parametrize("name", actors())
def test_every_published_actor_is_read(name: str) -> None:
    assert understand(call("StopInstances", {"userIdentity": actors()[name]})).actor == ACTORS[name]


def test_a_native_event_has_no_actor() -> None:
    assert understand(sample("ec2_instance_state_change")).actor is None


def test_a_call_on_many_resources_names_each_once_in_order() -> None:
    assert [one.id for one in understand(stopping(I_2, I_1, I_2)).resources] == [I_2, I_1]


def test_a_resource_named_by_its_arn_is_the_one_named_by_its_name() -> None:
    """DynamoDB takes a table's ARN wherever it takes its name."""
    named = call("DeleteTable", {"requestParameters.tableName": DYNAMODB + T_1})
    assert understand(named).resources == understand(call("DeleteTable")).resources


def test_an_arn_of_another_account_is_not_taken_for_ours() -> None:
    other = call("DeleteTable", {"requestParameters.tableName": f"arn:aws:dynamodb:{REGION}:111122223333:table/{T_1}"})
    assert understand(other).resources[0].arn != DYNAMODB + T_1


def test_only_a_deletion_leaves_its_resource_gone() -> None:
    assert understand(call("DeleteTable")).gone
    assert understand(call("DeleteBucket")).gone
    assert not understand(call("DeleteBucketPolicy")).gone
    assert not understand(call("UpdateTable")).gone


@pytest.mark.parametrize("name", ["StopLogging", "DeleteTrail"])
def test_a_trail_named_by_its_arn_is_the_one_named_by_its_name(name: str) -> None:
    by_arn = understand(call(name, {"requestParameters.name": TRAILS + EYES}))
    assert by_arn.resources == understand(call(name)).resources
    assert by_arn.gone == (name == "DeleteTrail")


def test_a_database_is_the_same_however_it_is_written() -> None:
    """RDS makes names small."""
    shouted = understand(call("StopDBInstance", {"requestParameters.dBInstanceIdentifier": DB.upper()}))
    assert shouted.resources == understand(call("StopDBInstance")).resources


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_arns_are_of_the_regions_partition(region: str) -> None:
    partition = {"cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov"}[region]
    incident = understand({**stopping(I_1), "region": region})
    assert incident.resources[0].arn == f"arn:{partition}:ec2:{region}:{ACCOUNT}:instance/{I_1}"


@pytest.mark.parametrize("name", ["health_event", "cloudwatch_alarm_state_change"])
def test_an_event_of_an_unknown_kind_names_no_resource(name: str) -> None:
    assert understand(sample(name)).resources == ()


def redelivered(event: Json) -> Json:
    return {**event, "time": "2026-03-01T12:07:00Z"}


def test_a_redelivered_event_is_the_same_incident() -> None:
    assert understand(redelivered(stopping(I_1))).id == understand(stopping(I_1)).id


OTHERS = {
    "resource": stopping(I_2),
    "more resources": stopping(I_1, I_2),
    "event": stopping(I_1, eventID="another"),
    "region": {**stopping(I_1), "region": "eu-west-1"},
    "account": {**stopping(I_1), "account": "111122223333"},
}


@pytest.mark.parametrize("other", OTHERS)
def test_another_resource_event_region_or_account_is_another_incident(other: str) -> None:
    assert understand(OTHERS[other]).id != understand(stopping(I_1)).id


def test_the_order_of_the_resources_makes_no_other_incident() -> None:
    assert understand(stopping(I_1, I_2)).id == understand(stopping(I_2, I_1)).id


def test_resources_of_one_name_and_different_types_are_different_incidents() -> None:
    parameter = changed(DRIFT, {("detail", "resource", "type"): PARAMETER})
    assert understand(parameter).id != understand(DRIFT).id


@pytest.mark.parametrize("event", [overwriting("/a", 2), on_bucket("PutBucketPolicy", "abc"), DRIFT])
def test_incident_ids_are_32_hex_digits(event: Json) -> None:
    assert len(understand(event).id) == 32
    assert int(understand(event).id, 16)


def test_every_type_is_found_by_the_name_that_the_tagging_api_has_for_it() -> None:
    assert {"ec2:instance", "s3", "ssm:parameter", "cloudtrail:trail", "rds:db"} <= set(tagging_types())
