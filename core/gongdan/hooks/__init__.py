"""The hooks that plugins implement, and the manager that asks them; no plugin is known here by name."""
