"""The mark on every text that a user may read.

Source texts are simplified Chinese; the catalogues in ``gongdan/locale`` and in each plugin's ``locale``
carry them into other languages. Placeholders are named, as in ``msg("第 {row} 行")``.
"""


def msg(text: str) -> str:
    """Mark ``text`` for translation and return it unchanged; it is translated where it is shown."""
    return text


#: What parts a context from its text, in the catalogues as here.
CONTEXT_END = "\x04"


def msg_in(context: str, text: str) -> str:
    """Mark a text that other languages word differently in one context, and return it with that context.

    ``msg_in("many", "客户")`` stands over a list of customers, ``msg("客户")`` beside one; templates write
    ``pgettext("many", "客户")``. Only a translator takes the context off.
    """
    return f"{context}{CONTEXT_END}{text}"
