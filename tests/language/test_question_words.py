"""What questions in languages other than English ask for, by their question words."""

from __future__ import annotations

import pytest

from askbrief.language.question_words import QUESTION_LANGUAGES, question_type
from askbrief.query.answer_type import AnswerType, classify_answer_type

QUESTIONS = {
    "de": ("Wie viele Kämpfer hat die Gruppe?", "In welchem Jahr begann der Bau?", "Wer leitet das Amt?"),
    "fr": ("Combien de ponts ont été fermés ?", "En quelle année a-t-il été construit ?", "Qui dirige le service ?"),
    "es": ("¿Cuántos puentes se cerraron?", "¿En qué año se construyó?", "¿Quién dirige la oficina?"),
    "pt": ("Quantas pontes foram fechadas?", "Em que ano foi construída?", "Quem dirige o serviço?"),
    "it": ("Quanti ponti sono stati chiusi?", "In che anno fu costruito?", "Chi dirige l'ufficio?"),
    "nl": ("Hoeveel bruggen zijn gesloten?", "In welk jaar begon de bouw?", "Wie leidt de dienst?"),
    "ru": ("Сколько мостов закрыто?", "В каком году он построен?", "Кто руководит службой?"),
    "uk": ("Скільки мостів закрито?", "Коли його збудовано?", "Хто керує службою?"),
    "pl": ("Ile mostów zamknięto?", "W którym roku go zbudowano?", "Kto kieruje urzędem?"),
    "tr": ("Kaç köprü kapatıldı?", "Köprü ne zaman yapıldı?", "Daireyi kim yönetiyor?"),
    "ar": ("كم عدد الجسور المغلقة؟", "متى بُني الجسر؟", "من هو مدير المكتب؟"),
    "fa": ("چند پل بسته شد؟", "در چه سالی ساخته شد؟", "چه کسی اداره را هدایت می‌کند؟"),
    "ur": ("کتنے پل بند ہوئے؟", "پل کب بنا؟", "دفتر کون چلاتا ہے؟"),
    "hi": ("कितने पुल बंद हुए?", "पुल कब बना?", "कार्यालय कौन चलाता है?"),
    "zh": ("有多少座桥关闭？", "桥是哪一年建成的？", "谁领导该办公室？"),
    "ja": ("橋はいくつ閉鎖されましたか。", "橋は何年に建てられましたか。", "誰が率いていますか。"),
    "ko": ("다리가 몇 개 닫혔습니까?", "다리는 몇 년에 지어졌습니까?", "누가 이끌고 있습니까?"),
    "vi": ("Có bao nhiêu cây cầu bị đóng?", "Cầu được xây khi nào?", "Ai lãnh đạo văn phòng?"),
    "id": ("Berapa jembatan yang ditutup?", "Tahun berapa jembatan itu dibangun?", "Siapa yang memimpin kantor?"),
}


@pytest.mark.parametrize("language", QUESTIONS)
def test_question_words_tell_numbers_times_and_people_apart(language: str) -> None:
    assert [question_type(question, language) for question in QUESTIONS[language]] == ["number", "time", "person"]


def test_every_language_with_question_words_is_tested() -> None:
    assert QUESTIONS.keys() == QUESTION_LANGUAGES


def test_a_question_word_inside_another_word_does_not_count() -> None:
    assert question_type("Die Werften am Woldsee beschreiben", "de") is None


def test_without_a_question_word_the_words_are_read_as_english() -> None:
    assert classify_answer_type("how many Brücken?", "de") is AnswerType.NUMBER
    assert classify_answer_type("Beschreibe die Brücke", "de") is AnswerType.OTHER
