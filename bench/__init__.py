"""`make bench`: what the agent adds to what AWS takes anyway, as ratios and dollars, measured on the engine."""
