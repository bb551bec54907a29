"""What looking at EC2 instances, starting, rebooting and replacing them takes."""

from tasks.domain.knowledge.ec2 import ARNS, INSTANCE
from tasks.domain.planning import Action, Permission
from tasks.resources import ec2_host
from tasks.resources.ec2_replacement import REPLACES

READS = {
    "ec2:DescribeInstances": "*",
    "ec2:DescribeInstanceStatus": "*",
    "ec2:DescribeAddresses": "*",
    "ec2:DescribeInstanceTypes": "*",
    "ec2:DescribeLaunchTemplateVersions": "*",
    "ec2:DescribeVolumes": "*",
    "health:DescribeEvents": "*",
    "ec2:DescribeInstanceAttribute": ARNS[INSTANCE],
    "iam:GetInstanceProfile": "arn:{partition}:iam::{account}:instance-profile/*",
}
# Each boot starts the console's output anew (docs.aws.amazon.com/AWSEC2, "Instance console output").
EVIDENCE = {"ec2:GetConsoleOutput": ARNS[INSTANCE]}
LOOK = tuple(Permission(action, resource) for action, resource in READS.items())
# What a replacement in its turn would need is not looked at while it is made.
_LATER = (
    "ec2:DescribeInstanceStatus",
    "health:DescribeEvents",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeLaunchTemplateVersions",
    "ec2:DescribeVolumes",
    "iam:GetInstanceProfile",
)
LOOK_AFTER = tuple(one for one in LOOK if one.action not in _LATER)
# EC2 lets itself use the key of an encrypted volume (docs.aws.amazon.com/ebs, "How Amazon EBS encryption works").
_KEY, _VIA = "arn:{partition}:kms:{region}:{account}:key/*", {"kms:ViaService": "ec2.{region}.amazonaws.com*"}
GRANT = Permission("kms:CreateGrant", _KEY, {"Bool": {"kms:GrantIsForAWSResource": "true"}, "StringLike": _VIA})
# Making a volume from an encrypted image takes more (same, "Requirements for Amazon EBS encryption").
KEY = tuple(
    Permission(f"kms:{name}", _KEY, {"BoolIfExists": {"kms:GrantIsForAWSResource": "true"}, "StringLike": _VIA})
    for name in (
        "CreateGrant",
        "Decrypt",
        "DescribeKey",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncryptFrom",
        "ReEncryptTo",
    )
)
EC2 = "arn:{partition}:ec2:{region}:{account}:"
# What a launch uses and makes, each resource checked by itself
# (docs.aws.amazon.com/AWSEC2, "Example policies to control access the Amazon EC2 API", "Launch instances").
LAUNCH = (
    Permission("ec2:RunInstances", EC2 + "instance/*", {"StringLike": {f"aws:RequestTag/{REPLACES}": "{id}"}}),
    Permission("ec2:CreateTags", EC2 + "instance/*", {"StringEquals": {"ec2:CreateAction": "RunInstances"}}),
    Permission("ec2:RunInstances", "arn:{partition}:ec2:{region}::image/{image}"),
    *(
        Permission("ec2:RunInstances", EC2 + one)
        for one in (
            "volume/*",
            "network-interface/*",
            "subnet/{subnet}",
            "security-group/{groups}",
            "key-pair/{key}",
            "launch-template/{template}",
        )
    ),
    Permission(
        "iam:PassRole",
        "arn:{partition}:iam::{account}:role/{role}",
        {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
    ),
)
ASSOCIATE = (
    Permission("ec2:AssociateAddress", EC2 + "elastic-ip/{address}"),
    Permission("ec2:AssociateAddress", EC2 + "instance/*", {"StringLike": {f"aws:ResourceTag/{REPLACES}": "{id}"}}),
)
ATTACH = (
    Permission("ec2:AttachVolume", EC2 + "instance/*", {"StringLike": {f"aws:ResourceTag/{REPLACES}": "{id}"}}),
    *(Permission(f"ec2:{name}", EC2 + "volume/{volumes}") for name in ("AttachVolume", "RestoreVolumeFromRecycleBin")),
    *(Permission(f"ec2:{name}", "*") for name in ("DescribeVolumes", "ListVolumesInRecycleBin")),
    GRANT,
)
# Status checks run every minute (docs.aws.amazon.com/AWSEC2, "Status checks for Amazon EC2 instances"): two of them.
SETTLE = 120.0
ACTIONS = {
    "start_instance": Action(
        settle=SETTLE,
        undo="stop_instance",
        permissions=(Permission("ec2:StartInstances", ARNS[INSTANCE], tagged=True), *LOOK, GRANT),
        undo_permissions=(Permission("ec2:StopInstances", ARNS[INSTANCE], tagged=True), *LOOK),
        lost="what the stop took: instance store, a public address that is no Elastic IP",
    ),
    "reboot_instance": Action(
        undo="none",
        permissions=(Permission("ec2:RebootInstances", ARNS[INSTANCE], tagged=True), *LOOK),
        disruptive=True,
        then=("restart_instance",),
        settle=SETTLE,
        lost="what is only in memory",
        does="reboots the guest where it is; if that does not help within minutes, restart_instance follows",
    ),
    # Checks run every minute, and a guest takes its time to come up.
    "restart_instance": Action(
        undo="none",
        permissions=(
            *(Permission(f"ec2:{name}Instances", ARNS[INSTANCE], tagged=True) for name in ("Start", "Stop")),
            *LOOK,
            GRANT,
        ),
        disruptive=True,
        patience=300,
        settle=SETTLE,
        lost="what is only in memory",
        does="stops and starts the instance, which moves it to other hardware",
    ),
    "replace_instance": Action(
        undo="none",
        permissions=(*LOOK_AFTER, *LAUNCH, *KEY),
        recreates=True,
        then=("associate_address", "attach_volumes"),
        settle=SETTLE,
        lost="the id, the private address, the root volume, volumes that neither stayed nor are in the Recycle Bin",
    ),
    "associate_address": Action(undo="none", permissions=(*LOOK_AFTER, *ASSOCIATE)),
    "attach_volumes": Action(undo="none", permissions=(*LOOK_AFTER, *ATTACH)),
    **ec2_host.actions(LOOK),
}
