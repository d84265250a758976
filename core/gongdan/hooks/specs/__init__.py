"""Hook specifications, grouped by when they are called: declare, decide, react, present."""

from gongdan.hooks.specs import decide, declare, present, react

#: Every group in the order of a ticket's life.
GROUPS = (declare, decide, react, present)
