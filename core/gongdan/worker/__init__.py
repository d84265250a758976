"""The executors: what runs that which is due, over the same services as pages and commands."""
