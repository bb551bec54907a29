"""The tags by which a resource opts in, and by which an alarm or a log names the resource that it is about."""

TAG = "aiops:recover"
TARGET = "aiops:target"
# What the first may say, from least to most: how far the agent goes by itself.
AUTONOMY = ("notify", "approve", "auto")
