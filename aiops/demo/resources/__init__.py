"""What stands on the stage: a class a kind of resource, each made healthy and remembered by the agent."""
