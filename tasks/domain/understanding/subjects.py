"""Where services' own events name what they are about: every path that holds something counts, `.` is a step."""

Path = tuple[str, str]

# The id itself tells the type.
ANY = ""
PREFIXES = {
    "ami": "AWS::EC2::Image",
    "cr": "AWS::EC2::CapacityReservation",
    "eni": "AWS::EC2::NetworkInterface",
    "i": "AWS::EC2::Instance",
    "sg": "AWS::EC2::SecurityGroup",
    "snap": "AWS::EC2::Snapshot",
    "subnet": "AWS::EC2::Subnet",
    "vol": "AWS::EC2::Volume",
    "vpc": "AWS::EC2::VPC",
}

_GROUP = ("AutoScalingGroupName", "AWS::AutoScaling::AutoScalingGroup")
_DOCUMENT = ("document-name", "AWS::SSM::Document")
_AFFECTED: tuple[Path, ...] = (
    ("resource.instanceDetails.instanceId", "AWS::EC2::Instance"),
    ("resource.s3BucketDetails.name", "AWS::S3::Bucket"),
    ("resource.eksClusterDetails.name", "AWS::EKS::Cluster"),
    ("resource.ecsClusterDetails.name", "AWS::ECS::Cluster"),
    ("resource.lambdaDetails.functionName", "AWS::Lambda::Function"),
    ("resource.rdsDbInstanceDetails.dbInstanceIdentifier", "AWS::RDS::DBInstance"),
    ("resource.accessKeyDetails.userName", "AWS::IAM::User"),
)
SUBJECTS: dict[tuple[str, str], tuple[Path, ...]] = {
    ("aws.access-analyzer", ""): (("resource", ANY), ("configuredResources", ANY)),
    ("aws.autoscaling", ""): (_GROUP,),
    **{
        ("aws.autoscaling", f"EC2 Instance {change} {how}"): (_GROUP, ("EC2InstanceId", "AWS::EC2::Instance"))
        for change in ("Launch", "Terminate")
        for how in ("Successful", "Unsuccessful")
    },
    ("aws.cloudwatch", ""): (("alarmName", "AWS::CloudWatch::Alarm"),),
    ("aws.codedeploy", ""): (
        ("application", "AWS::CodeDeploy::Application"),
        ("deploymentGroup", "AWS::CodeDeploy::DeploymentGroup"),
    ),
    ("aws.codedeploy", "CodeDeploy Instance State-change Notification"): (
        ("instanceId", "AWS::EC2::Instance"),
        ("application", "AWS::CodeDeploy::Application"),
        ("deploymentGroup", "AWS::CodeDeploy::DeploymentGroup"),
    ),
    ("aws.codecommit", ""): (
        ("repositoryName", "AWS::CodeCommit::Repository"),
        ("repositoryNames", "AWS::CodeCommit::Repository"),
    ),
    ("aws.codepipeline", ""): (("pipeline", "AWS::CodePipeline::Pipeline"),),
    ("aws.ec2", "EBS Multi-Volume Snapshots Completion Status"): (("snapshots.snapshot_id", "AWS::EC2::Snapshot"),),
    ("aws.ecr", "ECR Scan Resource Change"): (("repositories.repository-arn", ANY),),
    ("aws.elasticbeanstalk", ""): (("EnvironmentName", "AWS::ElasticBeanstalk::Environment"),),
    ("aws.guardduty", ""): _AFFECTED,
    ("aws.health", ""): (("affectedEntities.entityValue", ANY),),
    ("aws.inspector2", ""): (("resources.id", ANY),),
    ("aws.lambda", ""): (("requestContext.functionArn", "AWS::Lambda::Function"),),
    ("aws.macie", ""): (("resourcesAffected.s3Bucket.name", "AWS::S3::Bucket"),),
    ("aws.opsworks", ""): (("instance-id", "AWS::OpsWorks::Instance"), ("instance-ids", "AWS::OpsWorks::Instance")),
    ("aws.rds", ""): (("SourceArn", "AWS::RDS::DBInstance"),),
    ("aws.s3", ""): (("bucket.name", "AWS::S3::Bucket"),),
    **{
        ("aws.sagemaker", f"SageMaker Model Building Pipeline Execution {change}"): (
            ("pipelineArn", ANY),
            ("pipelineExecutionArn", ANY),
        )
        for change in ("Status Change", "Step Status Change")
    },
    ("aws.securityhub", ""): (("findings.Resources.Id", ANY),),
    ("aws.ssm", "EC2 State Manager Association State Change"): (_DOCUMENT,),
    ("aws.ssm", "EC2 State Manager Instance Association State Change"): (_DOCUMENT, ("instance-id", ANY)),
    ("aws.ssm", "Parameter Store Change"): (("name", "AWS::SSM::Parameter"),),
}
