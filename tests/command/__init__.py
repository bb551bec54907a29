"""The command as a person uses it, on one engine whose account each test finds empty."""
