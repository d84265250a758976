"""Tables, repositories and the unit of work; nothing here decides."""
