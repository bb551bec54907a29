"""What the demo plays. Each scenario breaks something for real and asks AWS, not the agent, how it ended.

A scenario takes the stage and yields its executions as they end; it raises ScenarioError when something is not so.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiops.demo.code import Code
from aiops.demo.hosts import Alarm, Group, commands_sent
from aiops.demo.logs import Log
from aiops.demo.stage import ALL_BLOCKED, Execution, ScenarioError, Stage, bucket_policy, function_package, ssh_from
from aiops.engine import ACCOUNT, REGION

STOP, PUT, UNBLOCK, OPEN = "StopInstances", "PutParameter", "DeleteBucketPublicAccessBlock", "PutBucketPolicy"
AUTHORIZE = "AuthorizeSecurityGroupIngress"
OWN_TRAIL = "aiops"
ALARM = "CloudWatch Alarm State Change"
STATE_CHANGE = "EC2 Instance State-change Notification"


ASL = Path(__file__).parents[2] / "statemachine" / "aiops.asl.json"
STEPS = {name for name, state in json.loads(ASL.read_text())["States"].items() if state["Type"] in ("Task", "Parallel")}

BLOCKED = "Detect StoreMetrics"
LEFT = "Detect Notify StoreMetrics"
HEALED = "Detect Analyze Plan Recover Verify Notify StoreMetrics"
REVIEWED = "Detect Analyze Plan RequestReview ApplyReview"


@dataclass(frozen=True)
class Scenario:
    """`path` and `outcome` are those of its last execution; `basic` ones are played without being asked for more."""

    name: str
    story: str
    play: Callable[[Stage], Iterator[Execution]]
    path: str
    outcome: str
    basic: bool = False

    def check(self, played: list[Execution]) -> None:
        """ScenarioError unless the last execution took its path to its outcome."""
        path = " ".join(state for state in played[-1].states if state in STEPS)
        must(path == self.path, f"the path is {self.path} (it was {path})")
        must(played[-1].outcome == self.outcome, f"it ends {self.outcome} (it ended {played[-1].outcome})")


def must(holds: bool, what: str) -> None:
    if not holds:
        raise ScenarioError(f"not so: {what}")


def ended(execution: Execution, outcome: str, status: str = "SUCCEEDED") -> Execution:
    """The execution, if it ended as it must."""
    must(execution.status == status, f"the execution is {status} (it is {execution.status} {execution.error})")
    must(execution.outcome == outcome, f"it ends {outcome} (it ended {execution.outcome})")
    return execution


def stopped(stage: Stage) -> Iterator[Execution]:
    instance = stage.instance()
    stage.ec2.stop_instances(InstanceIds=[instance])
    yield ended(stage.executions(instance, STOP)[0], "VERIFIED")
    must(stage.instance_state(instance) == "running", f"{instance} runs again")
    stage.told("VERIFIED", instance)


def side_effect(stage: Stage) -> Iterator[Execution]:
    instance = stage.instance()
    stage.engine.impair(instance)
    with stage.configured("Verify", VERIFY_DEADLINE_MINUTES="1"):
        stage.ec2.stop_instances(InstanceIds=[instance])
        stage.running(instance, STOP, "Verify")
        stage.ring(f"errors-{instance}", instance)
        stage.engine.impair(instance, impaired=False)
        yield ended(stage.executions(instance, STOP)[0], "VERIFIED_WITH_SIDE_EFFECTS")
    must(stage.instance_state(instance) == "running", f"{instance} runs again")
    stage.told("VERIFIED_WITH_SIDE_EFFECTS", instance, f"near: errors-{instance}")


def foresight(stage: Stage) -> Iterator[Execution]:
    log = Log(stage)
    log.opt_in()
    stage.invoke("AnalyzeLogs")
    yield ended(stage.executions(log.name, "Foresight")[0], "ANOMALY")
    stage.told("FORESEEN", log.name, "Nothing has failed yet", "pool exhausted")
    stage.told("ANOMALY", log.name, "pool exhausted")
    if stage.plot:
        log.draw(stage.plot)


def prevented(stage: Stage) -> Iterator[Execution]:
    group, log = Group(stage, "demo-shop"), Log(stage, "/demo/scaling-shop")
    log.opt_in(target=group.arn)
    stage.invoke("AnalyzeLogs")
    waiting = stage.running(log.name, "Foresight", "RequestReview")
    stage.told("REVIEW", group.name, "Nothing had failed", "pool exhausted")
    must(group.instances == 1, "nothing is changed before the answer")
    stage.answer(waiting, "approve")
    yield ended(stage.executions(log.name, "Foresight")[0], "VERIFIED")
    must(group.instances == 2, f"{group.name} has one instance more")
    stage.told("VERIFIED", group.name, "Nothing had failed")


def crashed(stage: Stage) -> Iterator[Execution]:
    instance = stage.instance()
    stage.engine.shut_down_inside(instance)
    yield ended(stage.executions(instance, STATE_CHANGE)[0], "VERIFIED")
    must(stage.instance_state(instance) == "running", f"{instance} runs again")


def hung(stage: Stage) -> Iterator[Execution]:
    instance = stage.instance()
    stage.engine.hang(instance)
    stage.invoke("TakeSnapshots")
    yield ended(stage.executions(instance, "Drift")[0], "VERIFIED")
    must(stage.checks(instance) == ["ok", "ok"], f"{instance} answers again")


def terminated(stage: Stage) -> Iterator[Execution]:
    instance = stage.instance()
    address = stage.address(instance)
    stage.ec2.terminate_instances(InstanceIds=[instance])
    yield ended(stage.executions(instance, "TerminateInstances")[0], "VERIFIED")
    replacement = stage.replacement(instance)
    must(stage.instance_state(replacement) == "running", f"{replacement} runs in place of {instance}")
    must(stage.holder(address) == replacement, f"{replacement} has the address of {instance}")
    stage.told("VERIFIED", instance, replacement)


def overwritten(stage: Stage) -> Iterator[Execution]:
    name = stage.parameter("the good secret")
    stage.ssm.put_parameter(Name=name, Value="tampered", Type="SecureString", Overwrite=True)
    yield ended(stage.executions(name, PUT)[0], "VERIFIED")
    must(stage.value(name) == ("the good secret", "SecureString"), f"{name} has its good value, encrypted")
    message = stage.told("VERIFIED", name)
    must("secret" not in message.replace(name, ""), "no value is told")


def parameter_deleted(stage: Stage) -> Iterator[Execution]:
    name = stage.parameter("the good secret")
    stage.delete_parameter(name)
    yield ended(stage.executions(name, "DeleteParameter")[0], "VERIFIED")
    must(stage.value(name) == ("the good secret", "SecureString"), f"{name} is back with its value, encrypted")
    message = stage.told("VERIFIED", name, "version 1")
    must("secret" not in message.replace(name, ""), "no value is told")


def function_changed(stage: Stage) -> Iterator[Execution]:
    name = stage.function()
    must(stage.answer_of(name) == "the good secret", f"{name} answers with its secret")
    stage.lambdas.update_function_code(FunctionName=name, ZipFile=function_package("'pwned'"))
    must(stage.answer_of(name) == "pwned", f"{name} runs somebody else's code")
    yield ended(stage.executions(name, "UpdateFunctionCode20150331v2")[0], "VERIFIED")
    must(stage.answer_of(name) == "the good secret", f"{name} runs its own code again")
    name = stage.function()
    stage.lambdas.update_function_configuration(FunctionName=name, Environment={"Variables": {"SECRET": "theirs"}})
    yield ended(stage.executions(name, "UpdateFunctionConfiguration20150331v2")[0], "VERIFIED")
    must(stage.answer_of(name) == "the good secret", f"{name} has its own environment again")
    message = stage.told("VERIFIED", name, "environment")
    must("secret" not in message, "no value is told")


def alias_moved(stage: Stage) -> Iterator[Execution]:
    name = stage.function()
    with stage.deaf("aws.lambda"):
        stage.lambdas.update_function_code(FunctionName=name, ZipFile=function_package("'pwned'"), Publish=True)
    stage.lambdas.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    yield ended(stage.executions(name, "UpdateAlias20150331")[0], "VERIFIED")
    must(stage.answer_of(f"{name}:live") == "the good secret", f"{name}:live is its former version again")


def function_deleted(stage: Stage) -> Iterator[Execution]:
    name = stage.function()
    before = stage.settings_of_function(name)
    stage.lambdas.delete_function(FunctionName=name)
    yield ended(stage.executions(name, "DeleteFunction20150331")[0], "VERIFIED")
    after = stage.settings_of_function(name)
    must(after == before, f"{name} has all that it had (it was {before}, it is {after})")
    must(stage.answer_of(f"{name}:live") == "the good secret", f"{name} answers as before")


def function_opened(stage: Stage) -> Iterator[Execution]:
    name = stage.function()
    before = stage.settings_of_function(name)
    stage.lambdas.add_permission(FunctionName=name, StatementId="world", Action="lambda:InvokeFunction", Principal="*")
    yield ended(stage.executions(name, "AddPermission20150331v2")[0], "VERIFIED")
    must(stage.settings_of_function(name) == before, f"{name} has its former policy")


def function_throttled(stage: Stage) -> Iterator[Execution]:
    name = stage.function()
    stage.lambdas.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    yield ended(stage.executions(name, "PutFunctionConcurrency20171031")[0], "VERIFIED")
    must(stage.answer_of(name) == "the good secret", f"{name} can be called again")


def unblocked(stage: Stage) -> Iterator[Execution]:
    bucket = stage.bucket()
    stage.s3.delete_public_access_block(Bucket=bucket)
    yield ended(stage.executions(bucket, UNBLOCK)[0], "VERIFIED")
    block = stage.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    must(block == ALL_BLOCKED, f"{bucket} blocks public access again")


def opened(stage: Stage) -> Iterator[Execution]:
    bucket = stage.bucket(blocked=False)
    before = json.loads(stage.s3.get_bucket_policy(Bucket=bucket)["Policy"])
    stage.s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, "*"))
    yield ended(stage.executions(bucket, OPEN)[0], "VERIFIED")
    after = json.loads(stage.s3.get_bucket_policy(Bucket=bucket)["Policy"])
    must(after == before, f"{bucket} has its former policy")


def exposed(stage: Stage) -> Iterator[Execution]:
    group = stage.security_group()
    stage.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[ssh_from("0.0.0.0/0")])
    yield ended(stage.executions(group, AUTHORIZE)[-1], "VERIFIED")
    must(stage.ingress(group) == ["10.0.0.0/8"], f"{group} lets in its own network and nobody else")


def bucket_weakened(stage: Stage) -> Iterator[Execution]:
    key = f"arn:aws:kms:{REGION}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    foreign = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    purge = {"ID": "purge", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    s3 = stage.s3
    for event, weaken, setting in (
        ("PutBucketVersioning", s3.put_bucket_versioning, {"VersioningConfiguration": {"Status": "Suspended"}}),
        (
            "PutBucketEncryption",
            s3.put_bucket_encryption,
            {"ServerSideEncryptionConfiguration": {"Rules": [foreign]}},
        ),
        (
            "PutBucketLifecycle",
            s3.put_bucket_lifecycle_configuration,
            {"LifecycleConfiguration": {"Rules": [purge]}},
        ),
        ("PutBucketLogging", s3.put_bucket_logging, {"BucketLoggingStatus": {}}),
        ("PutBucketAcl", s3.put_bucket_acl, {"ACL": "public-read"}),
    ):
        bucket = stage.bucket(blocked=False)
        before = stage.settings_of_bucket(bucket)
        weaken(Bucket=bucket, **setting)
        yield ended(stage.executions(bucket, event)[0], "VERIFIED")
        after = stage.settings_of_bucket(bucket)
        must(after == before, f"{bucket} is as it was before {event} (it was {before}, it is {after})")


def bucket_deleted(stage: Stage) -> Iterator[Execution]:
    bucket = stage.bucket()
    before = stage.settings_of_bucket(bucket)
    stage.s3.delete_bucket(Bucket=bucket)
    yield ended(stage.executions(bucket, "DeleteBucket")[0], "VERIFIED")
    after = stage.settings_of_bucket(bucket)
    must(after == before, f"{bucket} has its configuration (it was {before}, it is {after})")
    stage.told("VERIFIED", bucket, "its objects are gone")


def objects_deleted(stage: Stage) -> Iterator[Execution]:
    bucket = stage.bucket()
    stage.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    keys = [f"orders/{number}" for number in range(3)]
    for key in keys:
        stage.s3.put_object(Bucket=bucket, Key=key, Body=b"precious")
    stage.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    # They may come in several batches, of which one is enough for all.
    asking = stage.running(bucket, "Objects Deleted", "RequestReview").arn
    stage.answer(stage.execution(asking), "approve")
    stage.until(lambda: stage.execution(asking).status != "RUNNING", f"the recovery of {bucket} ends")
    yield ended(stage.execution(asking), "VERIFIED")
    found = [one["Key"] for one in stage.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    must(found == keys, f"{bucket} has its objects again (it has {found})")


def table_deleted(stage: Stage) -> Iterator[Execution]:
    table = stage.table()
    before = stage.settings_of_table(table)
    with stage.deaf("aws.dynamodb"):
        stage.dynamo.update_table(TableName=table, DeletionProtectionEnabled=False)
    stage.dynamo.delete_table(TableName=table)
    yield ended(stage.executions(table, "DeleteTable")[0], "VERIFIED")
    after = stage.settings_of_table(table)
    must(after == before, f"{table} has its item and its settings (it was {before}, it is {after})")


def table_weakened(stage: Stage) -> Iterator[Execution]:
    off = {"PointInTimeRecoveryEnabled": False}
    for event, weaken in (
        ("UpdateContinuousBackups", {"PointInTimeRecoverySpecification": off}),
        ("UpdateTable", {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}),
        ("UpdateTable", {"DeletionProtectionEnabled": False}),
    ):
        table = stage.table()
        before = stage.settings_of_table(table)
        call = stage.dynamo.update_table if event == "UpdateTable" else stage.dynamo.update_continuous_backups
        call(TableName=table, **weaken)
        yield ended(stage.executions(table, event)[0], "VERIFIED")
        after = stage.settings_of_table(table)
        must(after == before, f"{table} has its settings (it was {before}, it is {after})")


def overloaded(stage: Stage) -> Iterator[Execution]:
    group = Group(stage)
    alarm = Alarm(stage, "demo-cpu", namespace="AWS/EC2", metric="CPUUtilization", threshold=80, target=group.arn)
    alarm.measure(97)
    yield ended(stage.executions(alarm.name, ALARM)[0], "VERIFIED")
    must(group.instances == 2, f"{group.name} has one instance more")
    stage.told("VERIFIED", group.name, "high")


def disk_full(stage: Stage) -> Iterator[Execution]:
    instance = stage.instance()
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance}"
    alarm = Alarm(stage, "demo-disk", namespace="CWAgent", metric="disk_used_percent", threshold=85, target=arn)
    alarm.measure(96)
    waiting = stage.running(alarm.name, ALARM, "RequestReview")
    stage.told("REVIEW", instance)
    must(not commands_sent(stage, instance), "nothing is run before the answer")
    stage.answer(waiting, "approve")
    yield ended(stage.executions(alarm.name, ALARM)[0], "VERIFIED")
    sent = commands_sent(stage, instance)
    must(sent == ["aiops-CleanDisk"], f"the disk is cleaned, once (it was sent {sent})")


def blinded(stage: Stage) -> Iterator[Execution]:
    stage.trail(OWN_TRAIL)
    stage.cloudtrail.stop_logging(Name=OWN_TRAIL)
    yield ended(stage.executions(OWN_TRAIL, "StopLogging")[0], "VERIFIED")
    must(stage.logging(OWN_TRAIL), "the agent's own trail logs again")
    stage.told("VERIFIED", OWN_TRAIL, "critical")


def deselected(stage: Stage) -> Iterator[Execution]:
    trail = stage.trail()
    reads = [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True}]
    stage.cloudtrail.put_event_selectors(TrailName=trail, EventSelectors=reads)
    yield ended(stage.executions(trail, "PutEventSelectors")[0], "VERIFIED")
    must(stage.logging(trail), f"{trail} logs calls that write again")


def blinded_unheard(stage: Stage) -> Iterator[Execution]:
    trail = stage.trail()
    with stage.deaf("aws.cloudtrail"):
        stage.cloudtrail.stop_logging(Name=trail)
    stage.invoke("TakeSnapshots")
    yield ended(stage.executions(trail, "Drift")[0], "VERIFIED")
    must(stage.logging(trail), f"{trail} logs again")


def trail_deleted(stage: Stage) -> Iterator[Execution]:
    trail = stage.trail()
    before = stage.cloudtrail.get_trail(Name=trail)["Trail"]
    stage.cloudtrail.delete_trail(Name=trail)
    yield ended(stage.executions(trail, "DeleteTrail")[0], "VERIFIED")
    must(stage.logging(trail), f"{trail} is there again and logs")
    after = stage.cloudtrail.get_trail(Name=trail)["Trail"]
    must(after == before, f"{trail} is as it was (it is {after}, it was {before})")


def rule_disabled(stage: Stage) -> Iterator[Execution]:
    rule = stage.own_rule("aiops-faults-aws.s3")
    before = stage.settings_of_rule(rule)
    stage.events.disable_rule(Name=rule)
    yield ended(stage.executions(rule, "DisableRule")[0], "VERIFIED")
    must(stage.settings_of_rule(rule) == before, f"{rule} is on again")
    stage.told("VERIFIED", rule, "critical")


def rule_disabled_unheard(stage: Stage) -> Iterator[Execution]:
    rule = stage.own_rule("aiops-faults-aws.events")
    before = stage.settings_of_rule(rule)
    stage.events.disable_rule(Name=rule)
    stage.invoke("TakeSnapshots")
    yield ended(stage.executions(rule, "Drift")[0], "VERIFIED")
    must(stage.settings_of_rule(rule) == before, f"{rule} is on again, which no other rule could start")


def database_stopped(stage: Stage) -> Iterator[Execution]:
    database = stage.database()
    before = stage.looks(database)
    stage.rds.stop_db_instance(DBInstanceIdentifier=database)
    yield ended(stage.executions(database, "StopDBInstance")[0], "VERIFIED")
    must(stage.looks(database) == before, f"{database} is available again")


def database_opened(stage: Stage) -> Iterator[Execution]:
    database = stage.database()
    before = stage.looks(database)
    weaker = {"PubliclyAccessible": True, "DeletionProtection": False, "BackupRetentionPeriod": 0}
    stage.rds.modify_db_instance(DBInstanceIdentifier=database, ApplyImmediately=True, **weaker)
    yield ended(stage.executions(database, "ModifyDBInstance")[0], "VERIFIED")
    must(stage.looks(database) == before, f"{database} is protected again")


def database_deleted(stage: Stage) -> Iterator[Execution]:
    database = stage.database()
    before = stage.looks(database)
    with stage.deaf("aws.rds"):
        stage.rds.modify_db_instance(DBInstanceIdentifier=database, ApplyImmediately=True, DeletionProtection=False)
    stage.rds.delete_db_instance(DBInstanceIdentifier=database, FinalDBSnapshotIdentifier=f"{database}-last")
    yield ended(stage.executions(database, "DeleteDBInstance")[0], "VERIFIED")
    after = stage.looks(database)
    must(after == before, f"{database} is as it was (it is {after}, it was {before})")


def database_lost(stage: Stage) -> Iterator[Execution]:
    database = stage.database()
    with stage.deaf("aws.rds"):
        stage.rds.modify_db_instance(DBInstanceIdentifier=database, ApplyImmediately=True, DeletionProtection=False)
    stage.rds.delete_db_instance(DBInstanceIdentifier=database, SkipFinalSnapshot=True)
    yield ended(stage.executions(database, "DeleteDBInstance")[0], "TOLD")
    found = stage.rds.describe_db_instances()["DBInstances"]
    must(database not in [one["DBInstanceIdentifier"] for one in found], "no empty database is made")
    stage.told(database, "nothing is left to restore it from")


def duplicate(stage: Stage) -> Iterator[Execution]:
    instance = stage.instance()
    with stage.deaf("aws.ec2"):
        stage.ec2.stop_instances(InstanceIds=[instance])
        event = stage.recorded(STOP, instance)
    stage.at_once([lambda: stage.engine.deliver(event)] * 5)
    found = sorted(stage.executions(instance, STOP, count=5), key=lambda one: one.outcome, reverse=True)
    yield from found
    outcomes = [one.outcome for one in found]
    must(outcomes == ["VERIFIED"] + ["DUPLICATE"] * 4, f"one recovery and four DUPLICATE (they are {outcomes})")
    must(stage.instance_state(instance) == "running", f"{instance} runs again")


def cooldown(stage: Stage) -> Iterator[Execution]:
    name = stage.parameter("good")
    for value, outcome in (("tampered", "VERIFIED"), ("tampered again", "COOLDOWN")):
        stage.ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
        yield ended(stage.executions(name, PUT, count=1 + (outcome == "COOLDOWN"))[-1], outcome)
    must(stage.value(name)[0] == "tampered again", "nothing is changed within the cooldown")


def swept(stage: Stage) -> Iterator[Execution]:
    bucket = stage.bucket()
    with stage.deaf("aws.s3"):
        stage.s3.delete_public_access_block(Bucket=bucket)
    stage.invoke("TakeSnapshots")
    yield ended(stage.executions(bucket, "Drift")[0], "VERIFIED")
    block = stage.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    must(block == ALL_BLOCKED, f"{bucket} blocks public access again")


def deleted_unheard(stage: Stage) -> Iterator[Execution]:
    bucket = stage.bucket()
    before = stage.settings_of_bucket(bucket)
    with stage.deaf("aws.s3"):
        stage.s3.delete_bucket(Bucket=bucket)
    stage.invoke("TakeSnapshots")
    yield ended(stage.executions(bucket, "Drift")[0], "VERIFIED")
    after = stage.settings_of_bucket(bucket)
    must(after == before, f"{bucket} has its configuration (it was {before}, it is {after})")
    stage.invoke("TakeSnapshots")
    must(len(stage.executions(bucket, "Drift")) == 1, "what came back is not reported again")


def unmanaged(stage: Stage) -> Iterator[Execution]:
    instance = stage.instance(autonomy=None)
    stage.ec2.stop_instances(InstanceIds=[instance])
    yield ended(stage.executions(instance, STOP)[0], "UNMANAGED")
    must(stage.instance_state(instance) == "stopped", f"{instance} stays stopped")


def intended(stage: Stage) -> Iterator[Execution]:
    name = stage.parameter("v1")
    pipeline = stage.session_of("cdk-demo-cfn-exec-role-1", "ssm:*", "ssm")
    pipeline.put_parameter(Name=name, Value="v2", Type="SecureString", Overwrite=True)
    yield ended(stage.executions(name, PUT)[0], "INTENDED")
    must(stage.value(name)[0] == "v2", "the pipeline's value stays")


def approved(stage: Stage) -> Iterator[Execution]:
    instance, waiting = _waiting(stage)
    must(stage.instance_state(instance) == "stopped", "nothing is changed before the answer")
    stage.answer(waiting, "approve")
    yield ended(stage.executions(instance, STOP)[0], "VERIFIED")
    must(stage.instance_state(instance) == "running", f"{instance} runs again")


def narrowed(stage: Stage) -> Iterator[Execution]:
    one, other = stage.instance(autonomy="approve"), stage.instance(autonomy="approve")
    stage.ec2.stop_instances(InstanceIds=[one, other])
    waiting = stage.running(one, STOP, "RequestReview")
    stage.told("REVIEW", one, other)
    stage.answer(waiting, "approve", "--only", one)
    yield ended(stage.executions(one, STOP)[0], "VERIFIED")
    states = [stage.instance_state(name) for name in (one, other)]
    must(states == ["running", "stopped"], f"{one} runs again and {other} is left alone (they are {states})")
    stage.told("VERIFIED", f"without {other}")


def redeployed(stage: Stage) -> Iterator[Execution]:
    bucket = stage.bucket(blocked=False)
    stage.forget(f"arn:aws:s3:::{bucket}")
    policy, code = json.loads(stage.s3.get_bucket_policy(Bucket=bucket)["Policy"]), Code(stage, bucket)
    code.says(policy, ["delete", "create"])
    stage.s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, "*"))
    waiting = stage.running(bucket, OPEN, "RequestReview")
    stage.told("REVIEW", bucket)
    stage.answer(waiting, "approve")
    refused = ended(stage.executions(bucket, OPEN)[0], "NotHealed", status="FAILED")
    yield refused
    stage.told("FAILED", bucket, "aws_s3_bucket_policy.data: delete, create")
    code.says(policy, ["update"])
    stage.rerun(refused)
    yield ended(stage.executions(bucket, OPEN)[0], "VERIFIED")
    after = json.loads(stage.s3.get_bucket_policy(Bucket=bucket)["Policy"])
    must(after == policy, f"{bucket} has the policy of the code")


def denied(stage: Stage) -> Iterator[Execution]:
    instance, waiting = _waiting(stage)
    stage.answer(waiting, "deny")
    yield ended(stage.executions(instance, STOP)[0], "DENIED")
    must(stage.instance_state(instance) == "stopped", f"{instance} stays stopped")


def _waiting(stage: Stage) -> tuple[str, Execution]:
    """An instance that asks first, stopped, and its execution, once the question was sent."""
    instance = stage.instance(autonomy="approve")
    stage.ec2.stop_instances(InstanceIds=[instance])
    execution = stage.running(instance, STOP, "RequestReview")
    stage.told("REVIEW", instance)
    return instance, execution


def switched_off(stage: Stage) -> Iterator[Execution]:
    instance = stage.instance()
    stage.ssm.put_parameter(Name="/aiops/kill-switch", Value="on", Type="String", Overwrite=True)
    try:
        stage.ec2.stop_instances(InstanceIds=[instance])
        yield ended(stage.executions(instance, STOP)[0], "KILL_SWITCH")
        must(stage.instance_state(instance) == "stopped", f"{instance} stays stopped")
    finally:
        stage.ssm.put_parameter(Name="/aiops/kill-switch", Value="off", Type="String", Overwrite=True)


def undone(stage: Stage) -> Iterator[Execution]:
    instance = stage.instance()
    stage.engine.impair(instance)
    stage.ec2.stop_instances(InstanceIds=[instance])
    failed = ended(stage.executions(instance, STOP)[0], "NotHealed", status="FAILED")
    yield failed
    must(failed.states[-1] == "Undo", "it failed in Undo")
    must(stage.instance_state(instance) == "stopped", "the start that did not help was taken back")
    stage.told("FAILED", instance, "Redrive")
    stage.engine.impair(instance, impaired=False)
    stage.rerun(failed)
    yield ended(stage.executions(instance, STOP)[0], "VERIFIED")
    must(stage.instance_state(instance) == "running", f"{instance} runs again")


def model_rubbish(stage: Stage) -> Iterator[Execution]:
    with stage.model(lambda request: {"output": {"message": {"role": "assistant", "content": [{"text": "Sure!"}]}}}):
        yield from _healed_by_rules(stage, "unusable")


def model_denied(stage: Stage) -> Iterator[Execution]:
    with stage.model(None):
        yield from _healed_by_rules(stage, "AccessDenied")


def _healed_by_rules(stage: Stage, why: str) -> Iterator[Execution]:
    instance = stage.instance()
    stage.ec2.stop_instances(InstanceIds=[instance])
    execution = ended(stage.executions(instance, STOP)[0], "VERIFIED")
    yield execution
    adviser = stage.incident(execution)["analysis"]["M"]["adviser"]["S"]
    must(adviser.startswith("rules (model") and why in adviser, f"the rules decided because {why} (it says: {adviser})")
    must(stage.instance_state(instance) == "running", f"{instance} runs again")


def unreadable(stage: Stage) -> Iterator[Execution]:
    base = {"source": "aws.ec2", "account": ACCOUNT, "region": REGION, "time": "2026-01-01T00:00:00Z", "resources": []}
    stop = {**base, "detail-type": "AWS API Call via CloudTrail"}

    def called(event_id: str, names: list[Any], padding: str = "") -> dict[str, Any]:
        items = {"items": [{"instanceId": name} for name in names]}
        request = {"instancesSet": items, "padding": padding}
        detail = {"eventName": STOP, "eventID": event_id, "requestParameters": request}
        return {**stop, "id": event_id, "detail": detail}

    hundred = [f"i-{number:017x}" for number in range(100)]
    for event, outcome in (
        (called("demo-malformed", ["i-*"]), "MALFORMED"),
        (called("demo-nobody", []), "UNKNOWN_EVENT"),
        (called("demo-gone", ["i-0123456789abcdef0"]), "UNMANAGED"),
        (called("demo-storm", hundred), "STORM"),
    ):
        stage.engine.deliver(event)
        yield ended(stage.executions(event["id"], STOP)[0], outcome)
    stage.engine.deliver(called("demo-huge", ["i-0123456789abcdef0"], padding="0" * 300_000))
    stage.told("UNDELIVERABLE", "demo-huge")


def stranger(stage: Stage) -> Iterator[Execution]:
    shared = {"add": {"items": [{"userId": "111122223333"}]}}
    snapshot, name = "snap-0123456789abcdef0", "ModifySnapshotAttribute"
    request = {"snapshotId": snapshot, "createVolumePermission": shared}
    detail = {
        "eventSource": "ec2.amazonaws.com",
        "eventName": name,
        "eventID": "demo-shared",
        "requestParameters": request,
    }
    where = {"source": "aws.ec2", "account": ACCOUNT, "region": REGION, "time": "2026-01-01T00:00:00Z", "resources": []}
    stage.engine.deliver({**where, "id": "demo-shared", "detail-type": "AWS API Call via CloudTrail", "detail": detail})
    yield ended(stage.executions(snapshot, name)[0], "UNKNOWN_EVENT")
    stage.told("UNKNOWN_EVENT", "shared_with_another_account", snapshot)


def recurring(stage: Stage) -> Iterator[Execution]:
    name = stage.parameter("good")
    for again in range(1, 5):
        stage.cooled_down(f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}")
        stage.ssm.put_parameter(Name=name, Value=f"bad {again}", Type="SecureString", Overwrite=True)
        yield ended(stage.executions(name, PUT, count=again)[-1], "VERIFIED" if again < 4 else "RECURRING")
    must(stage.value(name)[0] == "bad 4", "the fourth time nothing is changed")
    stage.told("RECURRING", name, "healed or failed 3 times")


SCENARIOS = (
    Scenario("stopped", "somebody stops a managed instance", stopped, HEALED, "VERIFIED", basic=True),
    Scenario("overwritten", "somebody overwrites an encrypted parameter", overwritten, HEALED, "VERIFIED", basic=True),
    Scenario(
        "parameter_deleted",
        "somebody deletes an encrypted parameter; its versions and labels stay gone",
        parameter_deleted,
        HEALED,
        "VERIFIED",
    ),
    Scenario(
        "function_changed",
        "somebody replaces a function's code, then its environment",
        function_changed,
        HEALED,
        "VERIFIED",
    ),
    Scenario("alias_moved", "somebody points a function's alias at other code", alias_moved, HEALED, "VERIFIED"),
    Scenario(
        "function_deleted", "somebody deletes a function; its versions stay gone", function_deleted, HEALED, "VERIFIED"
    ),
    Scenario("function_opened", "somebody lets the world call a function", function_opened, HEALED, "VERIFIED"),
    Scenario("function_throttled", "somebody throttles a function to nothing", function_throttled, HEALED, "VERIFIED"),
    Scenario("unblocked", "somebody removes a bucket's public access block", unblocked, HEALED, "VERIFIED", basic=True),
    Scenario("opened", "somebody opens a bucket's policy to the world", opened, HEALED, "VERIFIED"),
    Scenario("exposed", "somebody opens a security group to the world", exposed, HEALED, "VERIFIED"),
    Scenario(
        "bucket_weakened",
        "a bucket's versioning, encryption, lifecycle, logging and ACL are weakened",
        bucket_weakened,
        HEALED,
        "VERIFIED",
    ),
    Scenario("bucket_deleted", "somebody deletes a bucket; its objects stay gone", bucket_deleted, HEALED, "VERIFIED"),
    Scenario(
        "objects_deleted",
        "objects of a bucket with versions are deleted, a person lets them come back",
        objects_deleted,
        f"{REVIEWED} Recover Verify Notify StoreMetrics",
        "VERIFIED",
    ),
    Scenario("table_deleted", "somebody unprotects and deletes a table", table_deleted, HEALED, "VERIFIED"),
    Scenario(
        "table_weakened",
        "a table's backups, throughput and deletion protection are cut",
        table_weakened,
        HEALED,
        "VERIFIED",
    ),
    Scenario("crashed", "an instance shuts itself down", crashed, HEALED, "VERIFIED"),
    Scenario("blinded", "somebody stops the agent's own trail", blinded, HEALED, "VERIFIED"),
    Scenario("deselected", "somebody hides writing calls from a trail", deselected, HEALED, "VERIFIED"),
    Scenario("blinded_unheard", "a trail is stopped unheard, the sweep finds it", blinded_unheard, HEALED, "VERIFIED"),
    Scenario("trail_deleted", "somebody deletes a trail", trail_deleted, HEALED, "VERIFIED"),
    Scenario("rule_disabled", "somebody switches off a rule of the agent", rule_disabled, HEALED, "VERIFIED"),
    Scenario(
        "rule_disabled_unheard",
        "the rule that would tell it is the one switched off",
        rule_disabled_unheard,
        HEALED,
        "VERIFIED",
    ),
    Scenario("hung", "an instance no longer answers its status check", hung, HEALED, "VERIFIED"),
    Scenario("terminated", "somebody terminates an instance with an address", terminated, HEALED, "VERIFIED"),
    Scenario("overloaded", "an alarm rings: a group of instances is overloaded", overloaded, HEALED, "VERIFIED"),
    Scenario(
        "disk_full",
        "an alarm rings: a host's disk is full, a person agrees to clean it",
        disk_full,
        f"{REVIEWED} Recover Verify Notify StoreMetrics",
        "VERIFIED",
    ),
    Scenario("database_stopped", "somebody stops a database", database_stopped, HEALED, "VERIFIED"),
    Scenario("database_opened", "somebody takes away a database's protection", database_opened, HEALED, "VERIFIED"),
    Scenario("database_deleted", "somebody deletes a database", database_deleted, HEALED, "VERIFIED"),
    Scenario(
        "database_lost",
        "somebody deletes a database with all its backups",
        database_lost,
        "Detect Analyze Plan Notify StoreMetrics",
        "TOLD",
    ),
    Scenario(
        "side_effect",
        "an instance is started, and an alarm on it begins to ring meanwhile",
        side_effect,
        HEALED,
        "VERIFIED_WITH_SIDE_EFFECTS",
    ),
    Scenario("duplicate", "the same event arrives five times at once", duplicate, BLOCKED, "DUPLICATE"),
    Scenario("cooldown", "the same parameter is overwritten again right away", cooldown, BLOCKED, "COOLDOWN"),
    Scenario("recurring", "a parameter is healed three times, and overwritten again", recurring, LEFT, "RECURRING"),
    Scenario("swept", "the event is lost, the sweep finds the difference", swept, HEALED, "VERIFIED"),
    Scenario("deleted_unheard", "a bucket is deleted unheard, the sweep finds it", deleted_unheard, HEALED, "VERIFIED"),
    Scenario("unmanaged", "an instance without the tag is stopped", unmanaged, BLOCKED, "UNMANAGED"),
    Scenario(
        "stranger", "somebody gives another account a snapshot that nobody tagged", stranger, LEFT, "UNKNOWN_EVENT"
    ),
    Scenario("intended", "a pipeline's role changes a parameter", intended, BLOCKED, "INTENDED"),
    Scenario(
        "approved",
        "a person is asked and says yes",
        approved,
        f"{REVIEWED} Recover Verify Notify StoreMetrics",
        "VERIFIED",
    ),
    Scenario(
        "narrowed",
        "a person is asked about two instances and approves one",
        narrowed,
        f"{REVIEWED} Recover Verify Notify StoreMetrics",
        "VERIFIED",
    ),
    Scenario("denied", "a person is asked and says no", denied, f"{REVIEWED} Notify StoreMetrics", "DENIED"),
    Scenario(
        "redeployed",
        "an unknown bucket is opened; a plan of its user's code that would replace is refused, a mended one heals",
        redeployed,
        f"{REVIEWED} Recover Undo Undo Recover Verify Notify StoreMetrics",
        "VERIFIED",
    ),
    Scenario(
        "foresight",
        "a log shows what will fail, before it fails",
        foresight,
        "Detect Analyze Plan Notify StoreMetrics",
        "ANOMALY",
    ),
    Scenario(
        "prevented",
        "a log shows what will fail; a person agrees, and its group is scaled out before",
        prevented,
        f"{REVIEWED} Recover Verify Notify StoreMetrics",
        "VERIFIED",
    ),
    Scenario("switched_off", "the kill switch is on", switched_off, BLOCKED, "KILL_SWITCH"),
    Scenario(
        "undone",
        "a restore does not help, is undone and fails; re-run, it heals",
        undone,
        "Detect Analyze Plan Recover Verify Undo Undo Recover Verify Notify StoreMetrics",
        "VERIFIED",
    ),
    Scenario("model_rubbish", "the model answers rubbish: the rules decide", model_rubbish, HEALED, "VERIFIED"),
    Scenario("model_denied", "Bedrock denies access: the rules decide", model_denied, HEALED, "VERIFIED"),
    Scenario("unreadable", "malformed, unknown, gone, too large, a hundred at once", unreadable, LEFT, "STORM"),
)
