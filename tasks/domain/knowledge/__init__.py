"""What the agent knows of each service, one file each, all of them found by being here (catalogue.py):

ARNS       CloudFormation type name -> ARN template with {partition}, {region}, {account} and {id}
FAULTS     the events that may tell of trouble
CREATIONS  the events after which a good state is to be remembered: a resource appears, or is opted in by its tag
RULES      what those events mean; the first that holds decides
"""
