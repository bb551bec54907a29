"""The infrastructure, and nothing else: context, settings, one stack of small constructs."""
