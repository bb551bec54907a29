"""What the agent remembers in DynamoDB: incidents, claims, steps, snapshots, patterns."""
