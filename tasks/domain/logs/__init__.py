"""Logs without AWS: lines become entries, entries become patterns, patterns are compared with a baseline."""
