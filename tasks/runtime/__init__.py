"""What every task stands on: its environment, its clients, its log, the execution it runs in."""
