"""Languages other than English: which it is, its terms, its numbers and its sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from askbrief.language.analysis import analyse, passage_terms, sentence_spans, word_terms
from askbrief.language.english.names import acronyms
from askbrief.language.identification import language_of
from askbrief.language.rules import RULES, language_term, stop_words

ROOT = Path(__file__).parents[2]
TEXTS = {
    "en": "The council approved the new bridge over the river last Tuesday.",
    "de": "Der Stadtrat hat am Dienstag die neue Brücke über den Fluss genehmigt.",
    "fr": "Le conseil municipal a approuvé mardi le nouveau pont sur la rivière.",
    "es": "El ayuntamiento aprobó el martes el nuevo puente sobre el río.",
    "pt": "A câmara municipal aprovou na terça-feira a nova ponte sobre o rio.",
    "it": "Il consiglio comunale ha approvato martedì il nuovo ponte sul fiume.",
    "nl": "De gemeenteraad heeft dinsdag de nieuwe brug over de rivier goedgekeurd.",
    "pl": "Rada miasta zatwierdziła we wtorek nowy most nad rzeką.",
    "tr": "Belediye meclisi salı günü nehir üzerindeki yeni köprüyü onayladı.",
    "ru": "Городской совет во вторник одобрил новый мост через реку.",
    "uk": "Міська рада у вівторок схвалила новий міст через річку.",
    "el": "Το δημοτικό συμβούλιο ενέκρινε την Τρίτη τη νέα γέφυρα.",
    "he": "מועצת העיר אישרה ביום שלישי את הגשר החדש מעל הנהר.",
    "ar": "وافق مجلس المدينة يوم الثلاثاء على الجسر الجديد فوق النهر.",
    "fa": "شورای شهر روز سه‌شنبه پل جدید روی رودخانه را تصویب کرد.",
    "ur": "سٹی کونسل نے منگل کو دریا پر نئے پل کی منظوری دے دی۔",
    "hi": "नगर परिषद ने मंगलवार को नदी पर नए पुल को मंजूरी दी।",
    "zh": "市议会星期二批准了河上的新桥。",
    "ja": "市議会は火曜日に川の新しい橋を承認した。",
    "ko": "시의회는 화요일에 강 위의 새 다리를 승인했다.",
    "th": "สภาเมืองอนุมัติสะพานใหม่ข้ามแม่น้ำเมื่อวันอังคาร",
}


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_of_a_sentence_is_identified(language: str) -> None:
    assert language_of(TEXTS[language]) == language


@pytest.mark.parametrize("text", ["", "42", "3.2.1", "TTP", "Plan B", "¯\\_(ツ)_/¯ ok then", "Q3 2021: 17%"])
def test_what_is_too_short_to_tell_is_taken_for_english(text: str) -> None:
    assert language_of(text) == "en"


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("de", "Die neuen Brücken", "Eine neue Brücke"),
        ("de", "Überschwemmungen", "überschwemmung"),
        ("fr", "l'amendement approuvé", "les amendements approuvés"),
        ("it", "dell'università", "università"),
        ("es", "los puentes aprobados", "el puente aprobado"),
        ("ru", "городские советы", "городского совета"),
        ("ar", "الجسور الجديدة", "جسور جديدة"),
        ("ar", "أحمد", "احمد"),
        ("fa", "كتابي", "کتابی"),
        ("ur", "ہوائی", "هوائی"),
        ("tr", "köprüler", "köprüleri"),
        ("hi", "पुलों", "पुल"),
        ("el", "γέφυρες", "γέφυρα"),
    ],
)
def test_forms_of_a_word_give_the_same_terms(language: str, one: str, other: str) -> None:
    assert analyse(one, language) == analyse(other, language) != []


@pytest.mark.parametrize(
    ("language", "text", "term"),
    [
        ("de", "3.500 Euro", "3500"),
        ("de", "3,5 Millionen", "3.5"),
        ("fr", "3\u202f500 euros", "3500"),
        ("ru", "3\u00a0500 человек", "3500"),
        ("ar", "٣٬٥٠٠ مقاتل", "3500"),
        ("fa", "سال ۱۴۰۰", "1400"),
        ("ur", "۲۰۲۱ء", "2021"),
        ("hi", "२०२१", "2021"),
        ("en", "२०२१", "2021"),
        ("es", "en 2019", "2019"),
    ],
)
def test_numbers_have_one_form_whatever_the_script(language: str, text: str, term: str) -> None:
    assert term in analyse(text, language)


def test_latin_words_in_other_scripts_are_analysed_as_english() -> None:
    assert "report" in analyse("Отчёт UNSC reports", "ru")
    assert word_terms("WHO", "ru") == ("who",)


@pytest.mark.parametrize("language", RULES)
def test_every_language_has_rules_that_can_be_used(language: str) -> None:
    assert analyse(TEXTS.get(language, TEXTS["de"]), language)
    assert isinstance(stop_words(language), frozenset)


def test_a_passage_says_its_language_unless_it_is_english() -> None:
    german = TEXTS["de"]
    assert passage_terms(f"Protokoll\n{german}", german)[-1] == language_term("de")
    assert passage_terms(TEXTS["en"], TEXTS["en"]) == analyse(TEXTS["en"])
    assert language_term("de") not in analyse("lang:de", "de") + analyse("lang:de")


@pytest.mark.parametrize(
    ("sentences"),
    [
        ["Am 3. Oktober wurde z. B. in Berlin gefeiert.", "Nr. 5 war auch dabei.", "Dr. Meier kam aus Köln."],
        ["M. Dupont est arrivé le 1er mai.", "Qu'a-t-il dit ?", "« Bonjour ! »"],
        ["El Sr. García llegó ayer.", "¿Qué dijo?", "¡Nada en absoluto!"],
        ["В 1990 г. население составляло 3,5 млн. человек.", "Город основан давно.", "Почему?"],
        ["وصل الوفد يوم الاثنين.", "هل عاد الوفد؟", "نعم، عاد في مايو."],
        ["یہ پہلا جملہ ہے۔", "کیا یہ دوسرا جملہ ہے؟", "ہاں، یہ دوسرا ہے۔"],
        ["यह पहला वाक्य है।", "क्या यह दूसरा है?", "हाँ, यह दूसरा है।"],
        ["这是第一句。", "他说：“你好！”", "这是第三句吗？"],
        ["これは最初の文です。", "本当ですか？", "はい、そうです。"],
        ["Seit dem 19. Jahrhundert gilt der 2. Absatz.", "Es waren 19.", "Der 1. FC gewann."],
        ["Voir Mme. Petit et M. Durand.", "La boîte est rouge."],
        ["Дом стоит на ул. Ленина, д. 5.", "Он построен в 1990 году."],
        ["यह ३.५ किमी है।", "डॉ. शर्मा आए।"],
        ["彼は「行く。」と言った。", "「来た。」", "3.5円です！"],
        ["دانشگاه در سال ۱۳۱۳ تأسیس شد.", "آیا او آمد؟"],
        ["Η πόλη έχει 3.500 κατοίκους.", "Πότε άλλαξε;", "Χθες."],
        ["인구는 950만 명이다.", "언제 세었는가?"],
        ["Dr. Yılmaz 3. katta oturuyor.", "Yarın gelecek mi?"],
    ],
)
def test_sentences_end_where_the_language_ends_them(sentences: list[str]) -> None:
    glue = "" if "\u3000" <= sentences[0][-1] <= "\uffff" else " "
    text = f"(x){glue.join(sentences)}"
    spans = sentence_spans(text, 3, len(text))
    assert [text[span.start : span.end] for span in spans] == sentences


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Die Internationale Brücken-Kommission (IBK) tagte.", "IBK", "Internationale Brücken-Kommission"),
        ("La Comisión Internacional de Puentes (CIP) dijo.", "CIP", "Comisión Internacional de Puentes"),
        ("Международная Комиссия Мостов (МКМ) решила.", "МКМ", "Международная Комиссия Мостов"),
    ],
)
def test_acronyms_are_found_in_every_script_with_capitals(text: str, short: str, long: str) -> None:
    assert [(pair.name, pair.other) for pair in acronyms(text)] == [(short, long)]


def test_thai_is_split_at_spaces_only_between_long_stretches() -> None:
    stretch = "สภาเมืองอนุมัติสะพานใหม่ข้ามแม่น้ำเมื่อวันอังคารที่ผ่านมาโดยไม่มีผู้คัดค้าน"
    text = f"{stretch} {stretch} ราคา 70 ล้านบาท"
    spans = sentence_spans(text, 0, len(text))
    assert [text[span.start : span.end] for span in spans] == [stretch, f"{stretch} ราคา 70 ล้านบาท"]


def test_the_table_of_languages_is_that_of_the_code() -> None:
    rows = {
        cells[2].strip("` "): cells
        for line in (ROOT / "docs" / "languages.md").read_text(encoding="utf-8").splitlines()
        if len(cells := line.split("|")) == 7 and "`" in cells[2]
    }
    assert rows.keys() == {"en", *RULES}
    for code, rules in RULES.items():
        _, name, _, words, stops, numbers, _ = (cell.strip() for cell in rows[code])
        assert name.lower() == rules.name
        assert (words == "Snowball") is rules.stems
        assert (stops == "yes") is bool(stop_words(code))
        assert (numbers == "3.500,5") is rules.decimal_comma
