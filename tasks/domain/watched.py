"""What is delivered beside the catalogue's events: what may be an attack, and is rare in any account.

Each delivered event costs an execution ($0.0003), so a call of every day is delivered only with the parameters that
make it one of these. Reading is done by understanding/, not here: what is delivered may well be NORMAL. Calls that only
read never reach these rules, and S3's objects only where a trail logs data events.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tasks.domain import catalogue
from tasks.domain.kinds import CLOUDTRAIL, SIGN_IN, Json
from tasks.domain.understanding.intruding import RUNNERS

EXISTS = [{"exists": True}]
# People, as far as a pattern can tell; who has a role from IAM Identity Center has its name.
PERSONS: tuple[Json, ...] = (
    {"userIdentity": {"type": ["IAMUser", "Root", "FederatedUser"]}},
    {"userIdentity": {"sessionContext": {"sessionIssuer": {"userName": [{"prefix": "AWSReservedSSO_"}]}}}},
)
COSTLY = ("p2.", "p3", "p4", "p5", "p6", "g3", "g4", "g5", "g6", "gr", "trn", "inf", "dl", "x1", "x2", "u-", "hpc")
CUSTOMER_KEY = "x-amz-server-side-encryption-customer-algorithm"
KMS_KEY = "x-amz-server-side-encryption-aws-kms-key-id"


@dataclass(frozen=True)
class Calls:
    """Calls by their names in CloudTrail; `match` is what else the rule asks of the record."""

    names: str
    match: Mapping[str, Any] = field(default_factory=dict)


def _asked(**parameters: Any) -> Json:
    return {"requestParameters": parameters}


CALLS: dict[str, tuple[Calls, ...]] = {
    "sharing": (
        Calls(
            "ModifyImageAttribute ModifySnapshotAttribute ModifyDBSnapshotAttribute ModifyDBClusterSnapshotAttribute"
        ),
        Calls("ModifyDocumentPermission AddLayerVersionPermission20181031 PutResourcePolicy UpdateProjectVisibility"),
        Calls("CreateFunctionUrlConfig UpdateFunctionUrlConfig", _asked(authType=["NONE"])),
        Calls("ModifySecurityGroupRules AuthorizeDBSecurityGroupIngress AuthorizeCacheSecurityGroupIngress"),
        Calls("CreateNetworkAclEntry ReplaceNetworkAclEntry", _asked(egress=[False], ruleAction=["allow"])),
        Calls(
            "CreateDBInstance RestoreDBInstanceFromDBSnapshot RestoreDBInstanceToPointInTime",
            _asked(publiclyAccessible=[True]),
        ),
        Calls("SetQueueAttributes", _asked(attributes={"Policy": EXISTS})),
        Calls("SetTopicAttributes", _asked(attributeName=["Policy"])),
        Calls("PutObjectAcl PutObject", _asked(**{"x-amz-acl": [{"prefix": "public-"}]})),
        Calls("TransferDomainToAnotherAwsAccount CreateVpcPeeringConnection UpdateServiceSetting"),
        Calls(
            "PutBucketReplication",
            _asked(ReplicationConfiguration={"Rule": {"Destination": {"Account": EXISTS}}}),
        ),
        Calls("CreateResourceShare AssociateResourceShare PutKeyPolicy SetRepositoryPolicy PutBackupVaultAccessPolicy"),
    ),
    "protection": (
        Calls("DeleteFlowLogs DeleteResolverQueryLogConfig DisassociateResolverQueryLogConfig DeleteEventDataStore"),
        Calls("StopConfigurationRecorder DeleteConfigurationRecorder DeleteDeliveryChannel DisableAlarmActions"),
        Calls("DeleteConfigRule DetachPolicy DisablePolicyType"),
        Calls("DeleteDetector DisassociateFromAdministratorAccount DisassociateFromMasterAccount DeleteMembers"),
        Calls("UpdateDetector", _asked(enable=[False])),
        Calls("DisableSecurityHub DisableMacie BatchDisableStandards DeleteAnalyzer DeleteLoggingConfiguration"),
        Calls("DeleteModelInvocationLoggingConfiguration DeleteGuardrail DisassociateWebACL DeleteWebACL"),
        Calls("DisableEbsEncryptionByDefault DisableImageBlockPublicAccess DisableSnapshotBlockPublicAccess"),
        Calls("DeleteAccountPublicAccessBlock PutAccountPublicAccessBlock ModifyInstanceMetadataOptions"),
        Calls("ModifyLoadBalancerAttributes ModifyReplicationGroup"),
        Calls("CreateFilter", _asked(action=["ARCHIVE"])),
        Calls("UpdateAutoScalingGroup", _asked(maxSize=[0])),
        Calls("ModifyDBCluster", _asked(deletionProtection=[False])),
        Calls("ModifyInstanceAttribute", _asked(disableApiTermination={"value": [False]})),
        Calls("DisableKey ScheduleKeyDeletion DeleteBackupVault LeaveOrganization DisableDomainTransferLock"),
    ),
    "credentials": (
        Calls("CreateUser CreateAccessKey CreateLoginProfile UpdateLoginProfile CreateServiceSpecificCredential"),
        Calls("AttachUserPolicy AttachRolePolicy AttachGroupPolicy", _asked(policyArn=[{"suffix": "Access"}])),
        Calls("AttachUserPolicy", _asked(policyArn=[{"prefix": "arn:aws:iam::aws:policy/AWSCompromisedKey"}])),
        Calls("PutUserPolicy PutRolePolicy PutGroupPolicy CreatePolicy CreatePolicyVersion UpdateAssumeRolePolicy"),
        Calls("CreateRole", _asked(assumeRolePolicyDocument=[{"wildcard": '*"AWS"*'}])),
        Calls("CreateSAMLProvider UpdateSAMLProvider CreateOpenIDConnectProvider CreateTrustAnchor"),
        Calls("ModifyDBInstance ModifyDBCluster", _asked(masterUserPassword=EXISTS)),
        Calls("UpdateAccessKey", _asked(status=["Active"])),
        Calls("DeactivateMFADevice DeleteUserPermissionsBoundary DeleteRolePermissionsBoundary"),
        Calls("DeleteAccountPasswordPolicy UploadSigningCertificate"),
    ),
    "code": (
        *(
            Calls("CreateDBSnapshot", {**one, "responseElements": {"snapshotType": ["manual", "public"]}})
            for one in PERSONS
        ),
        *(
            Calls(
                "CreateInstanceExportTask DeleteRecoveryPoint ExportImage ExportTableToPointInTime StartExportTask", one
            )
            for one in PERSONS
        ),
    ),
    "intrusion": (
        Calls("ModifyInstanceAttribute", _asked(userData=EXISTS)),
        Calls("SendCommand", _asked(documentName=list(RUNNERS))),
        Calls("CreateTrafficMirrorSession CreateTrafficMirrorTarget"),
        Calls("StartSession SendSSHPublicKey SendSerialConsoleSSHPublicKey EnableSerialConsoleAccess"),
        Calls("UpdateNotebookInstanceLifecycleConfig PutFoundationModelEntitlement CreateFoundationModelAgreement"),
        Calls("RunInstances", _asked(instanceType=[{"prefix": one} for one in COSTLY])),
        Calls("CopyObject PutObject", _asked(**{CUSTOMER_KEY: EXISTS})),
        # Another account's key is named by its ARN alone.
        Calls("CopyObject", _asked(**{KMS_KEY: [{"prefix": "arn:"}]})),
    ),
}
SOURCES = (
    "access-analyzer autoscaling backup bedrock codebuild config dynamodb ec2 ec2-instance-connect ecr elasticache "
    "elasticloadbalancing guardduty iam kms lambda macie2 monitoring organizations ram rds rolesanywhere "
    "route53domains route53resolver s3 sagemaker secretsmanager securityhub sns sqs ssm wafv2"
)
_PLAIN = {kind.name for kind in catalogue.FAULTS if not kind.match}


def _pattern(rows: tuple[Calls, ...]) -> Json:
    """Without what the catalogue's own rules deliver already: a second execution would only be a DUPLICATE."""
    whole = [name for row in rows if not row.match for name in row.names.split() if name not in _PLAIN]
    some = [(sorted({*row.names.split()} - _PLAIN), row.match) for row in rows if row.match]
    calls = [{"eventName": names, **match} for names, match in [(whole, {}), *some] if names]
    return {
        "source": [f"aws.{one}" for one in SOURCES.split()],
        "detail-type": [CLOUDTRAIL],
        "detail": {"errorCode": [{"exists": False}], "$or": calls},
    }


# Findings cost what their services find; of routine state changes, which tell failures only, none is delivered.
REPORTS: dict[str, Json] = {
    "root": {
        "source": ["aws.account", "aws.iam", "aws.organizations", "aws.sso"],
        "detail-type": [CLOUDTRAIL],
        "detail": {"errorCode": [{"exists": False}], "userIdentity": {"type": ["Root"]}},
    },
    "sign-ins": {
        "source": ["aws.signin"],
        "detail-type": [SIGN_IN],
        "detail": {
            "$or": [
                {"userIdentity": {"type": ["Root"]}},
                {"userIdentity": {"type": ["IAMUser"]}, "additionalEventData": {"MFAUsed": ["No"]}},
                {"additionalEventData": {"MFAUsed": ["Yes"]}, "responseElements": {"ConsoleLogin": ["Failure"]}},
            ]
        },
    },
    "findings": {
        "source": ["aws.guardduty", "aws.access-analyzer"],
        "detail-type": ["GuardDuty Finding", "Access Analyzer Finding"],
    },
    "health": {
        "source": ["aws.health"],
        "detail-type": ["AWS Health Event"],
        "detail": {"eventTypeCategory": ["issue"]},
    },
}
# Theme -> EventBridge pattern.
WATCHED: dict[str, Json] = {theme: _pattern(rows) for theme, rows in CALLS.items()} | REPORTS
