"""The mark on every text that a user may read.

Source texts are simplified Chinese; the catalogues in ``gongdan/locale`` and in each plugin's ``locale``
carry them into other languages. Placeholders are named, as in ``msg("第 {row} 行")``.
"""


def msg(text: str) -> str:
    """Mark ``text`` for translation and return it unchanged; it is translated where it is shown."""
    return text
