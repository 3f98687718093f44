"""What flows with matter (origin first): one form, (flow graph, tables) -> value per lot, findings and why."""
