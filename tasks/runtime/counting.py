"""The metrics of the tasks that count: EMF with one dimension."""

import warnings

from aws_lambda_powertools.metrics import Metrics
from aws_lambda_powertools.metrics import MetricUnit as MetricUnit

# A failure that was told before has nothing to count.
warnings.filterwarnings("ignore", "No application metrics to publish")

metrics = Metrics()
