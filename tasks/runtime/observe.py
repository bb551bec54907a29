"""The log of every task: JSON lines with the incident id as correlation id."""

from aws_lambda_powertools.logging import Logger

logger = Logger()

INCIDENT_ID = "incident.id"
