"""The engine behaves as AWS does where the agent depends on it: one engine for all modules here, without the stack."""
