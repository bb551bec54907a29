"""The log and the metrics of every task: JSON lines with the incident id as correlation id, EMF with one dimension."""

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
metrics = Metrics()

INCIDENT_ID = "incident.id"
