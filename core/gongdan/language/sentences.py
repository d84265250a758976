"""Sentences of the domain in one language, with moments in the zone of the company."""

from datetime import datetime, tzinfo

from gongdan.domain.rulebook import Clause
from gongdan.domain.sentences import Sentence
from gongdan.language.translator import Translator


def spoken(sentence: Sentence, translator: Translator, zone: tzinfo) -> str:
    """Return a sentence as people read it."""
    values = {name: _value(value, translator, zone) for name, value in sentence.params.items()}
    return translator.fill(sentence.text, values).strip()


def _value(value: object, translator: Translator, zone: tzinfo) -> object:
    if isinstance(value, Sentence):
        return spoken(value, translator, zone)
    if isinstance(value, datetime):
        return translator.moment(value, zone)
    if isinstance(value, Clause):
        return value.zh if translator.locale == "zh" else value.en
    return value
