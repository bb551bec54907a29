"""The `aiops` command and the engine it runs on; nothing in here is deployed."""
