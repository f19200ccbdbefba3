"""Question words of languages other than English, by what they ask for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import regex

from askbrief.core.text import pattern

if TYPE_CHECKING:
    from regex import Pattern

SHARE, NUMBER, TIME, PLACE, PERSON, REASON = "share", "number", "time", "place", "person", "reason"
_WORDS: dict[str, dict[str, str]] = {
    "de": {
        SHARE: "wie ?viele? prozent|welcher (?:anteil|prozentsatz)",
        NUMBER: "wie ?viele?|wieviele?r|wie hoch (?:ist|war) die zahl",
        TIME: "wann|seit wann|bis wann|in welche[mr] (?:jahr|monat|jahrhundert)|(?:an|zu) welche[mr] (?:tag|datum)",
        PLACE: "wo|wohin|woher|in welche[mr] (?:stadt|land|ort|provinz|region)",
        PERSON: "wer|wen|wem|wessen",
        REASON: "warum|weshalb|wieso",
    },
    "fr": {
        SHARE: "quel (?:pourcentage|pour cent)|quelle proportion",
        NUMBER: "combien",
        TIME: "quand|en quelle année|à quelle date|depuis quand|quel jour",
        PLACE: "où|d'où|dans quel(?:le)? (?:ville|pays|province|région)",
        PERSON: "qui",
        REASON: "pourquoi",
    },
    "es": {
        SHARE: "qué porcentaje|qué proporción",
        NUMBER: "cuánt[oa]s?",
        TIME: "cuándo|en qué (?:año|mes|fecha|día|siglo)",
        PLACE: "d[óo]nde|adónde|en qué (?:ciudad|país|provincia|región)",
        PERSON: "qui[ée]n(?:es)?",
        REASON: "por qué",
    },
    "pt": {
        SHARE: "(?:que|qual a?) (?:porcentagem|percentagem|percentual)",
        NUMBER: "quant[oa]s?",
        TIME: "quando|em que (?:ano|mês|data|dia)",
        PLACE: "(?:a?onde)|em que (?:cidade|país|província|região)",
        PERSON: "quem",
        REASON: "por qu[eê]",
    },
    "it": {
        SHARE: "quale percentuale|che percentuale",
        NUMBER: "quant[oiae]",
        TIME: "quando|in (?:che|quale) (?:anno|mese|data|giorno)",
        PLACE: "dove|dov'è|in (?:che|quale) (?:città|paese|provincia|regione)",
        PERSON: "chi",
        REASON: "perché",
    },
    "nl": {
        SHARE: "welk percentage|hoeveel procent",
        NUMBER: "hoeveel",
        TIME: "wanneer|in welk jaar|op welke (?:dag|datum)",
        PLACE: "waar|waarheen|in welke? (?:stad|land|provincie|regio)",
        PERSON: "wie",
        REASON: "waarom",
    },
    "ru": {
        SHARE: "какой процент|какая доля|сколько процентов",
        NUMBER: "сколько",
        TIME: "когда|в каком (?:году|месяце|веке)|какого числа",
        PLACE: "где|куда|откуда|в как(?:ом|ой) (?:городе|стране|провинции|регионе)",
        PERSON: "кто|кого|кому|кем",
        REASON: "почему|зачем",
    },
    "uk": {
        SHARE: "який відсоток|яка частка",
        NUMBER: "скільки",
        TIME: "коли|у якому (?:році|місяці)|в якому (?:році|місяці)",
        PLACE: "де|куди|звідки|[ув] як(?:ому|ій) (?:місті|країні|області)",
        PERSON: "хто|кого|кому|ким",
        REASON: "чому|навіщо",
    },
    "pl": {
        SHARE: "jaki (?:procent|odsetek)|ile procent",
        NUMBER: "ile|ilu",
        TIME: "kiedy|w którym (?:roku|miesiącu)",
        PLACE: "gdzie|dokąd|skąd|w którym (?:mieście|kraju)",
        PERSON: "kto|kogo|komu|kim",
        REASON: "dlaczego|czemu",
    },
    "tr": {
        SHARE: "yüzde kaç\\p{L}*",
        NUMBER: "kaç|ne kadar",
        TIME: "ne zaman|hangi (?:yıl|tarih|gün)\\p{L}*|kaç yılında",
        PLACE: "nere\\p{L}+|hangi (?:şehir|ülke)\\p{L}*",
        PERSON: "kim|kimler|kimin|kimi|kime",
        REASON: "neden|niçin|niye",
    },
    "ar": {
        SHARE: "كم نسبة|ما نسبة|ما هي نسبة",
        NUMBER: "كم|ما عدد|ما هو عدد",
        TIME: "متى|في أي (?:عام|سنة|شهر|يوم|تاريخ)",
        PLACE: "أين|في أي (?:مدينة|بلد|دولة|محافظة)",
        PERSON: "من هو|من هي|من الذي|من هم|^من",
        REASON: "لماذا",
    },
    "fa": {
        SHARE: "چند درصد",
        NUMBER: "چند|چقدر|چه تعداد",
        TIME: "کی|چه زمانی|چه وقت|در چه سالی|در کدام سال",
        PLACE: "کجا\\p{L}*|در کدام (?:شهر|کشور|استان)",
        PERSON: "چه کسی|چه کسانی|کیست",
        REASON: "چرا",
    },
    "ur": {
        SHARE: "کتنے فیصد|کتنا فیصد",
        NUMBER: "کتن[ےای]",
        TIME: "کب|کس (?:سال|تاریخ|دن|مہینے)",
        PLACE: "کہاں|کس (?:شہر|ملک|صوبے)",
        PERSON: "کون|کس نے",
        REASON: "کیوں",
    },
    "hi": {
        SHARE: "कितने प्रतिशत|कितना प्रतिशत",
        NUMBER: "कितन[ेाी]",
        TIME: "कब|किस (?:वर्ष|साल|तारीख|दिन|महीने)",
        PLACE: "कहाँ|कहां|किस (?:शहर|देश|राज्य)",
        PERSON: "कौन|किसने",
        REASON: "क्यों",
    },
    "zh": {
        SHARE: "百分之几|百分之多少|占多少",
        NUMBER: "多少|几(?:个|人|名|次|年|天)",
        TIME: "什么时候|何时|哪一?年|几月|哪一?天",
        PLACE: "哪里|哪儿|何处|什么地方|哪个(?:城市|国家|省)",
        PERSON: "谁",
        REASON: "为什么|为何",
    },
    "ja": {
        SHARE: "何パーセント|何%|何割",
        NUMBER: "いくつ|いくら|何(?:人|個|回|件|台|校|名)|どのくらい",
        TIME: "いつ|何年|何月|何日",
        PLACE: "どこ|どの(?:都市|国|県)",
        PERSON: "誰|だれ",
        REASON: "なぜ|どうして",
    },
    "ko": {
        SHARE: "몇 ?퍼센트|몇 ?%",
        NUMBER: "얼마나|얼마|몇 ?(?:명|개|번|건|대)",
        TIME: "언제|몇 ?년|몇 ?월",
        PLACE: "어디|어느 (?:도시|나라)",
        PERSON: "누구|누가",
        REASON: "왜",
    },
    "vi": {
        SHARE: "bao nhiêu phần trăm",
        NUMBER: "bao nhiêu|mấy",
        TIME: "khi nào|bao giờ|năm nào|ngày nào",
        PLACE: "ở đâu|đâu|thành phố nào|nước nào",
        PERSON: "ai",
        REASON: "tại sao|vì sao",
    },
    "id": {
        SHARE: "berapa persen",
        NUMBER: "berapa",
        TIME: "kapan|tahun berapa|tanggal berapa",
        PLACE: "di ?mana|ke mana|dari mana|kota mana",
        PERSON: "siapa",
        REASON: "mengapa|kenapa",
    },
}
"""What is asked for, in the order of precedence. The values are those of `AnswerType`."""
_UNSPACED = frozenset({"zh", "ja", "ko"})
"""Languages in which the words stand inside others."""
QUESTION_LANGUAGES = frozenset(_WORDS)
"""The languages whose question words are known."""
_SPECIFIC_FIRST = frozenset({"tr", "id", "ja", "ko"})
"""Languages in which "which year" has the word for "how many"."""


def question_type(question: str, language: str) -> str | None:
    """Return what a question in a language other than English asks for; None if no question word tells.

    >>> question_type("Wie viele Kämpfer hat die Gruppe?", "de"), question_type("谁领导该组织？", "zh")
    ('number', 'person')
    """
    return next((asked for asked, words in _patterns(language) if words.search(question)), None)


@cache
def _patterns(language: str) -> list[tuple[str, Pattern[str]]]:
    words = _WORDS.get(language, {})
    order = [SHARE, TIME, NUMBER] if language in _SPECIFIC_FIRST else [SHARE, NUMBER, TIME]
    return [(asked, _pattern(words[asked], language)) for asked in (*order, PLACE, PERSON, REASON) if words]


def _pattern(words: str, language: str) -> Pattern[str]:
    whole = words if language in _UNSPACED else rf"(?<![\p{{L}}\p{{M}}])(?:{words})(?![\p{{L}}\p{{M}}])"
    return pattern(whole, regex.IGNORECASE)
