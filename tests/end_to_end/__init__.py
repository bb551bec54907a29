"""The agent as an operator sees it: the real stack on one engine, deployed once for all modules."""
