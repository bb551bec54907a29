"""The log and the metrics of every task: JSON lines with the incident id as correlation id, EMF with one dimension."""

import warnings

from aws_lambda_powertools import Logger, Metrics

# A failure that was told before has nothing to count.
warnings.filterwarnings("ignore", "No application metrics to publish")

logger = Logger()
metrics = Metrics()

INCIDENT_ID = "incident.id"
