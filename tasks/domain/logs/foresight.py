"""The event that tells of a failure to come, as it is put on the bus and as the rules know it."""

SOURCE, FORESIGHT = "aiops", "Foresight"
