"""Events of services that the catalogue does not know, in the frame of published ones."""

import json
from typing import Any

from published import ACCOUNT, REGION, Json, sample

from tasks.domain.kinds import SIGN_IN

OTHER = "111122223333"
USER = {
    "type": "IAMUser",
    "arn": f"arn:aws:iam::{ACCOUNT}:user/Ada",
    "accountId": ACCOUNT,
    "userName": "Ada",
}
ROLE = {
    "type": "AssumedRole",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/run-1",
    "accountId": ACCOUNT,
    "sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/deployer"}},
}
ROOT = {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT}
STACK = {**ROLE, "invokedBy": "cloudformation.amazonaws.com"}


def called(service: str, name: str, /, asked: Json | None = None, *, by: Json = USER, **more: Any) -> Json:
    """A CloudTrail event of this call; `more` are further keys of the record."""
    detail = {
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "requestParameters": asked,
        "userIdentity": by,
        "recipientAccountId": ACCOUNT,
        "eventID": "5a5b1b5e-0000-0000-0000-000000000000",
        **more,
    }
    frame = sample("cloudtrail_StopInstances") | ({"detail-type": SIGN_IN} if service == "signin" else {})
    return {**frame, "source": f"aws.{service}", "detail": detail}


def reported(service: str, detail_type: str, /, **detail: Any) -> Json:
    """A service's own event."""
    frame = {"account": ACCOUNT, "region": REGION, "time": "2026-03-01T12:00:00Z", "id": "1", "resources": []}
    return {**frame, "source": f"aws.{service}", "detail-type": detail_type, "detail": detail}


ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def policy(**statement: object) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", **statement}]})


def trusting(account: str) -> str:
    return policy(Principal={"AWS": f"arn:aws:iam::{account}:root"}, Action="sts:AssumeRole")


def layering(by: Json) -> Json:
    """A function's layers that show in the answer alone."""
    layers = {"layers": [{"arn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:l:1"}]}
    return called(
        "lambda", "UpdateFunctionConfiguration20150331v2", {"functionName": "f"}, by=by, responseElements=layers
    )


def passing(name: str, by: Json = USER, **asked: object) -> Json:
    return called("iam", name, dict(asked), by=by)


def signing_in(outcome: str, factor: str, by: Json = USER) -> Json:
    return called(
        "signin",
        "ConsoleLogin",
        by=by,
        responseElements={"ConsoleLogin": outcome},
        additionalEventData={"MFAUsed": factor},
    )


SHARED = {"createVolumePermission": {"add": {"items": [{"userId": OTHER}]}}, "snapshotId": "snap-1"}
PUBLIC = {"launchPermission": {"add": {"items": [{"group": "all"}]}}, "imageId": "ami-1"}
OWN = {"createVolumePermission": {"add": {"items": [{"userId": ACCOUNT}]}}}
TAKEN_BACK = {"createVolumePermission": {"remove": {"items": [{"userId": OTHER}]}}}
PORT = {"ipPermissions": {"items": [{"ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}
BALANCER = {"attributes": [{"key": "deletion_protection.enabled", "value": "false"}]}
KEPT = {"attributes": [{"key": "deletion_protection.enabled", "value": "true"}]}
SCRIPT = {"documentName": "AWS-RunShellScript", "instanceIds": ["i-1"]}

SHARING = "/ssm/documents/console/public-sharing-permission"
AUDIT = {"parameterName": "audit_logs", "applyMethod": "pending-reboot"}


def replicating(destination: Json) -> Json:
    return called(
        "s3",
        "PutBucketReplication",
        {"bucketName": "b", "ReplicationConfiguration": {"Rule": {"Destination": destination}}},
    )


# Each pair is one call that harms and the same call that does not.
PAIRS: list[tuple[str, Json, Json]] = [
    (
        "shared_with_another_account",
        called("ec2", "ModifySnapshotAttribute", SHARED),
        called("ec2", "ModifySnapshotAttribute", OWN),
    ),
    (
        "shared_with_another_account",
        called("ec2", "ModifySnapshotAttribute", SHARED),
        called("ec2", "ModifySnapshotAttribute", TAKEN_BACK),
    ),
    (
        "made_public",
        called("ec2", "ModifyImageAttribute", PUBLIC),
        called("ec2", "ModifyImageAttribute", {"imageId": "ami-1"}),
    ),
    (
        "made_public",
        called("ssm", "ModifyDocumentPermission", {"name": "d", "accountIdsToAdd": ["all"]}),
        called("ssm", "ModifyDocumentPermission", {"name": "d", "accountIdsToRemove": ["all"]}),
    ),
    (
        "made_public",
        called("sqs", "SetQueueAttributes", {"attributes": {"Policy": policy(Principal="*", Action="sqs:*")}}),
        called("sqs", "SetQueueAttributes", {"attributes": {"Policy": trusting(ACCOUNT)}}),
    ),
    (
        "made_public",
        called("codebuild", "UpdateProjectVisibility", {"projectVisibility": "PUBLIC_READ"}),
        called("codebuild", "UpdateProjectVisibility", {"projectVisibility": "PRIVATE"}),
    ),
    (
        "made_public",
        called("lambda", "AddPermission20150331v2", {"functionName": "f", "principal": "*"}),
        called("lambda", "AddPermission20150331v2", {"functionName": "f", "principal": "s3.amazonaws.com"}),
    ),
    (
        "granted_to_another_account",
        called("lambda", "AddPermission20150331v2", {"functionName": "f", "principal": OTHER}),
        called("lambda", "AddPermission20150331v2", {"functionName": "f", "principal": ACCOUNT}),
    ),
    (
        "granted_to_another_account",
        passing("UpdateAssumeRolePolicy", policyDocument=trusting(OTHER)),
        passing("UpdateAssumeRolePolicy", policyDocument=trusting(ACCOUNT)),
    ),
    (
        "opened_to_the_internet",
        called("elasticache", "AuthorizeCacheSecurityGroupIngress", PORT),
        called("ec2", "RevokeSecurityGroupIngress", PORT),
    ),
    (
        "opened_to_the_internet",
        called("ec2", "CreateNetworkAclEntry", {"cidrBlock": "0.0.0.0/0", "egress": False, "ruleAction": "allow"}),
        called("ec2", "CreateNetworkAclEntry", {"cidrBlock": "0.0.0.0/0", "egress": True, "ruleAction": "allow"}),
    ),
    (
        "opened_to_the_internet",
        called("ec2", "ModifySecurityGroupRules", {"cidrIpv6": "::/0"}),
        called("ec2", "CreateRoute", {"destinationCidrBlock": "0.0.0.0/0"}),
    ),
    (
        "protection_off",
        called("elasticloadbalancing", "ModifyLoadBalancerAttributes", BALANCER),
        called("elasticloadbalancing", "ModifyLoadBalancerAttributes", KEPT),
    ),
    (
        "protection_off",
        called("rds", "ModifyDBCluster", {"dBClusterIdentifier": "c", "deletionProtection": False}),
        called("rds", "CreateDBCluster", {"dBClusterIdentifier": "c", "deletionProtection": False}),
    ),
    (
        "protection_off",
        called("ec2", "ModifyInstanceMetadataOptions", {"httpTokens": "optional"}),
        called("ec2", "ModifyInstanceMetadataOptions", {"httpTokens": "required"}),
    ),
    (
        "protection_off",
        called("iam", "DeactivateMFADevice", {"userName": "Ada"}),
        called("iam", "EnableMFADevice", {"userName": "Ada"}),
    ),
    ("protection_off", called("ec2", "DisableEbsEncryptionByDefault"), called("ec2", "EnableEbsEncryptionByDefault")),
    (
        "watching_off",
        called("ec2", "DeleteFlowLogs", {"flowLogId": "fl-1"}),
        called("ec2", "CreateFlowLogs", {"resourceId": "vpc-1"}),
    ),
    (
        "watching_off",
        called("guardduty", "UpdateDetector", {"enable": False}),
        called("guardduty", "UpdateDetector", {"enable": True}),
    ),
    (
        "watching_off",
        called("config", "StopConfigurationRecorder", {"configurationRecorderName": "d"}),
        called("config", "StartConfigurationRecorder", {"configurationRecorderName": "d"}),
    ),
    (
        "key_disabled",
        called("kms", "ScheduleKeyDeletion", {"keyId": "k"}),
        called("kms", "CancelKeyDeletion", {"keyId": "k"}),
    ),
    (
        "capacity_to_zero",
        called("autoscaling", "UpdateAutoScalingGroup", {"maxSize": 0}),
        called("autoscaling", "UpdateAutoScalingGroup", {"maxSize": 4}),
    ),
    (
        "administrator_made",
        passing("AttachRolePolicy", policyArn=ADMINISTRATOR),
        passing("DetachRolePolicy", policyArn=ADMINISTRATOR),
    ),
    (
        "administrator_made",
        passing("PutUserPolicy", policyDocument=policy(Action="*", Resource="*")),
        passing("PutUserPolicy", policyDocument=policy(Action="s3:*", Resource="*")),
    ),
    ("credential_made", passing("CreateAccessKey", userName="Bob"), passing("CreateAccessKey", userName="Ada")),
    ("credential_made", passing("CreateUser", userName="Bob"), passing("CreateUser", STACK, userName="Bob")),
    (
        "credential_made",
        passing("UpdateLoginProfile", userName="Bob", passwordResetRequired=False),
        passing("UpdateLoginProfile", userName="Bob", passwordResetRequired=True),
    ),
    (
        "root_used",
        called("organizations", "CreateAccount", {"accountName": "a"}, by=ROOT),
        called("organizations", "CreateAccount", {"accountName": "a"}),
    ),
    ("code_changed_by_hand", layering(USER), layering(ROLE)),
    (
        "start_script_changed",
        called("ec2", "ModifyInstanceAttribute", {"instanceId": "i-1", "userData": "<sensitiveDataRemoved>"}),
        called("ec2", "ModifyInstanceAttribute", {"instanceId": "i-1", "instanceType": {"value": "t3.small"}}),
    ),
    (
        "remote_access",
        called("ssm", "SendCommand", SCRIPT),
        called("ssm", "SendCommand", {**SCRIPT, "documentName": "AWS-GatherSoftwareInventory"}),
    ),
    (
        "foreign_encryption",
        called(
            "s3",
            "CopyObject",
            {
                "bucketName": "b",
                "key": "k",
                "x-amz-server-side-encryption-aws-kms-key-id": f"arn:aws:kms:us-east-1:{OTHER}:key/1",
            },
        ),
        called(
            "s3",
            "CopyObject",
            {
                "bucketName": "b",
                "key": "k",
                "x-amz-server-side-encryption-aws-kms-key-id": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1",
            },
        ),
    ),
    (
        "costly_use",
        called("ec2", "RunInstances", {"instanceType": "p4d.24xlarge"}),
        called("ec2", "RunInstances", {"instanceType": "t3.micro"}),
    ),
    (
        "secret_read",
        called("ec2", "GetPasswordData", {"instanceId": "i-1"}),
        called("ec2", "GetConsoleOutput", {"instanceId": "i-1"}),
    ),
    ("suspicious_sign_in", signing_in("Success", "No"), signing_in("Success", "Yes")),
    ("suspicious_sign_in", signing_in("Failure", "Yes"), signing_in("Failure", "No")),
    ("root_used", signing_in("Success", "Yes", ROOT), signing_in("Success", "No", ROLE)),
    (
        "opened_to_the_internet",
        called("ec2", "ModifySecurityGroupRules", PORT),
        called("ec2", "UpdateSecurityGroupRuleDescriptionsIngress", PORT),
    ),
    (
        "protection_off",
        called("elasticache", "ModifyReplicationGroup", {"transitEncryptionEnabled": False}),
        called("cloudfront", "UpdateDistribution", {"distributionConfig": {"logging": {"enabled": False}}}),
    ),
    (
        "watching_off",
        called("guardduty", "CreateFilter", {"detectorId": "d", "action": "ARCHIVE"}),
        called("guardduty", "CreateFilter", {"detectorId": "d", "action": "NOOP"}),
    ),
    (
        "secret_read",
        called("ec2", "DescribeInstanceAttribute", {"instanceId": "i-1", "attribute": "userData"}),
        called("ec2", "DescribeInstanceAttribute", {"instanceId": "i-1", "attribute": "instanceType"}),
    ),
    (
        "secret_read",
        called("ec2", "CreateTrafficMirrorSession", {"networkInterfaceId": "eni-1"}),
        called("ec2", "DeleteTrafficMirrorSession", {"trafficMirrorSessionId": "tms-1"}),
    ),
    (
        "credential_made",
        called("rds", "ModifyDBCluster", {"dBClusterIdentifier": "c", "masterUserPassword": "****"}),
        called("rds", "ModifyDBCluster", {"dBClusterIdentifier": "c", "engineVersion": "16.4"}),
    ),
    (
        "granted_to_another_account",
        called("route53domains", "TransferDomainToAnotherAwsAccount", {"accountId": OTHER}),
        called("route53domains", "UpdateDomainContact", {"domainName": "example.com"}),
    ),
    ("suspicious_sign_in", signing_in("Failure", "No", ROOT), signing_in("Failure", "No", ROLE)),
    (
        "made_public",
        called("opensearch", "UpdateDomainConfig", {"advancedSecurityOptions": {"anonymousAuthEnabled": True}}),
        called("opensearch", "UpdateDomainConfig", {"advancedSecurityOptions": {"anonymousAuthEnabled": False}}),
    ),
    (
        "made_public",
        called("ssm", "UpdateServiceSetting", {"settingId": SHARING, "settingValue": "Enable"}),
        called("ssm", "UpdateServiceSetting", {"settingId": SHARING, "settingValue": "Disable"}),
    ),
    (
        "opened_to_the_internet",
        called("ec2", "ModifySubnetAttribute", {"subnetId": "subnet-1", "mapPublicIpOnLaunch": {"value": True}}),
        called("ec2", "ModifySubnetAttribute", {"subnetId": "subnet-1", "mapPublicIpOnLaunch": {"value": False}}),
    ),
    (
        "granted_to_another_account",
        called("sns", "AddPermission", {"aWSAccountId": [OTHER], "actionName": ["Publish"]}),
        called("sns", "AddPermission", {"aWSAccountId": [ACCOUNT], "actionName": ["Publish"]}),
    ),
    (
        "granted_to_another_account",
        called("ram", "AssociateResourceShare", {"principals": [OTHER]}),
        called("ram", "DisassociateResourceShare", {"principals": [OTHER]}),
    ),
    (
        "granted_to_another_account",
        called("ec2", "CreateVpcPeeringConnection", {"vpcId": "vpc-1", "peerOwnerId": OTHER}),
        called("ec2", "CreateVpcPeeringConnection", {"vpcId": "vpc-1", "peerOwnerId": ACCOUNT}),
    ),
    ("granted_to_another_account", replicating({"Account": OTHER}), replicating({"Bucket": "arn:aws:s3:::copy"})),
    (
        "protection_off",
        called("docdb", "ModifyDBClusterParameterGroup", {"parameters": [{**AUDIT, "parameterValue": "disabled"}]}),
        called("docdb", "ModifyDBClusterParameterGroup", {"parameters": [{**AUDIT, "parameterValue": "enabled"}]}),
    ),
    (
        "protection_off",
        called("codebuild", "UpdateProject", {"artifacts": {"encryptionDisabled": True}}),
        called("codebuild", "UpdateProject", {"artifacts": {"encryptionDisabled": False}}),
    ),
    (
        "protection_off",
        called("cognito-idp", "SetUserPoolMfaConfig", {"mfaConfiguration": "OFF"}),
        called("cognito-idp", "UpdateUserPool", {"mfaConfiguration": "OFF"}),
    ),
    (
        "protection_off",
        called("apigateway", "PutStage", {"accessLogSettings": {"enabled": "false"}}),
        called("apigateway", "PutStage", {"encryptionSettings": {"cacheKeyEnabled": "false"}}),
    ),
    (
        "protection_off",
        called("organizations", "DetachPolicy", {"policyId": "p-1"}),
        called("organizations", "AttachPolicy", {"policyId": "p-1"}),
    ),
    (
        "protection_off",
        called("shield", "DeleteProtection", {"protectionId": "p"}),
        called("iot", "DeletePolicy", {"policyName": "p"}),
    ),
    (
        "watching_off",
        called("config", "DeleteConfigRule", {"configRuleName": "r"}),
        called("config", "DeleteStoredQuery", {"queryName": "q"}),
    ),
    (
        "watching_off",
        called("logs", "DeleteLogGroup", {"logGroupName": "l"}),
        called("logs", "DeleteLogGroup", {"logGroupName": "l"}, by=ROLE),
    ),
    (
        "protection_off",
        called("backup", "DeleteRecoveryPoint", {"recoveryPointArn": "r"}),
        called("backup", "DeleteRecoveryPoint", {"recoveryPointArn": "r"}, by=ROLE),
    ),
    (
        "copy_made_by_hand",
        called("ec2", "ExportImage", {"imageId": "ami-1"}),
        called("ec2", "ExportImage", {"imageId": "ami-1"}, by=ROLE),
    ),
    (
        "copy_made_by_hand",
        called("rds", "StartExportTask", {"sourceArn": "s"}),
        called("logs", "CreateExportTask", {"logGroupName": "l"}),
    ),
    (
        "administrator_made",
        passing("PutGroupPolicy", policyDocument=policy(Action=["iam:*"], Resource="*")),
        passing("PutGroupPolicy", policyDocument=policy(Action=["iam:Get*"], Resource="*")),
    ),
    (
        "credential_made",
        passing("UpdateAccessKey", userName="Bob", status="Active"),
        passing("UpdateAccessKey", userName="Bob", status="Inactive"),
    ),
]
