"""What runs in Lambda: one file per state, `domain/` (pure decisions), `resources/` (one module per resource type)."""
