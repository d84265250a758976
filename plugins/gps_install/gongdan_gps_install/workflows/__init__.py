"""The flows of the ticket types, one table each."""
