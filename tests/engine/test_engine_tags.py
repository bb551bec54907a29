"""The tagging API knows what other services tagged."""

from aiops.engine import ACCOUNT, REGION, Engine


def test_the_tagging_api_finds_what_is_tagged(engine: Engine, instance: str) -> None:
    """Instances, parameters and buckets are found by tag and by ARN."""
    tags, s3 = [{"Key": "found", "Value": "yes"}], engine.client("s3")
    engine.client("ssm").put_parameter(Name="/tagged", Value="v", Type="String", Tags=tags)
    engine.client("ec2").create_tags(Resources=[instance], Tags=tags)
    s3.create_bucket(Bucket="tagged-bucket")
    s3.put_bucket_tagging(Bucket="tagged-bucket", Tagging={"TagSet": tags})
    tagging = engine.client("resourcegroupstaggingapi")
    arns = {
        f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance}",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/tagged",
        "arn:aws:s3:::tagged-bucket",
    }
    for wanted in ({"TagFilters": [{"Key": "found", "Values": ["yes"]}]}, {"ResourceARNList": sorted(arns)}):
        found = tagging.get_resources(**wanted)["ResourceTagMappingList"]
        assert {one["ResourceARN"] for one in found} == arns
