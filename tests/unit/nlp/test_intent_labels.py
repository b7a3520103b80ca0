"""Intents: for each label a table of positives, of negatives and of near-misses. All texts are invented."""

import pytest

from nlp.intent import INTENTS
from nlp.pipeline import shared_pipeline

POSITIVE = [
    ("complaint", "Третий день нет горячей воды, управляющая компания не отвечает"),
    ("complaint", "Во дворе огромная яма, дети падают, примите меры!"),
    ("complaint", "Прошу отремонтировать скамейку у подъезда, доски сломаны"),
    ("complaint", "Автобус опять не приехал, ждали целый час на морозе"),
    ("complaint", "Почему не убирают снег с тротуара? Ходить невозможно"),
    ("complaint", "Перегорела лампа на третьем этаже"),
    ("question", "Здравствуйте! Подскажите, как записать ребёнка в кружок?"),
    ("question", "Добрый день. Какие документы нужны для оформления субсидии?"),
    ("question", "Когда откроется каток на стадионе?"),
    ("question", "Положена ли льгота на проезд пенсионерам?"),
    ("question", "Помогите разобраться: какая справка нужна для бассейна?"),
    ("review", "Фильм отличный, концовка понравилась"),
    ("review", "Очень красивый получился альбом, музыка чудесная"),
    ("thanks", "Огромное спасибо врачам второго отделения за внимание и заботу!"),
    ("thanks", "Хочу поблагодарить дворника за чистоту, низкий поклон"),
    ("negative", "Идиоты и вруны, ненавижу вас всех"),
    ("negative", "Какие же сволочи, стыдно должно быть"),
    ("other", "@friend люблю такие вечера"),
    ("other", "Поздравляю с днем рождения, обнимаю"),
    ("other", "lol ok"),
]

NEAR_MISS = [
    # Thanks in form, a reproach in substance.
    ("thanks", "Спасибо, что опять не убрали снег"),
    ("thanks", "Большое спасибо за сугробы во дворе"),
    ("thanks", "Скажите спасибо, что хоть так"),
    # Thanks as a closing formula.
    ("thanks", "Добрый день! Куда обратиться за справкой? Заранее спасибо"),
    ("thanks", "Не горит фонарь у школы. Спасибо за ответ"),
    ("thanks", "Где посмотреть график приёма в ЗАГСе? Спасибо большое за ответ"),
    # A question mark does not make a question.
    ("question", "Сколько можно терпеть эту свалку?! Когда уберёте мусор?"),
    ("question", "Почему до сих пор не отремонтировали крышу?"),
    # Asking about a service is no complaint.
    ("complaint", "Подскажите, пожалуйста, как получить справку в МФЦ?"),
    # Strong words about a defect can be acted on.
    ("negative", "Ужас, а не дорога: яма на яме, машину разбили"),
    # Praise of a thing that then fails.
    ("review", "Площадка красивая, но качели сломаны и никто их не чинит"),
]


def intent_of(text: str) -> str:
    """Most probable intent."""
    cats = shared_pipeline()(text).cats
    return max(cats, key=cats.__getitem__)


@pytest.mark.parametrize(("intent", "text"), POSITIVE)
def test_a_plain_example_gets_its_intent(intent: str, text: str) -> None:
    assert intent_of(text) == intent


@pytest.mark.parametrize(("intent", "text"), NEAR_MISS)
def test_a_near_miss_does_not_get_the_intent_it_resembles(intent: str, text: str) -> None:
    assert intent_of(text) != intent


@pytest.mark.parametrize("intent", INTENTS)
def test_a_plain_example_of_another_intent_stays_under_one_half(intent: str) -> None:
    for other, text in POSITIVE:
        if other != intent:
            assert shared_pipeline()(text).cats[intent] < 0.5, text


def test_probabilities_of_the_six_intents_sum_to_one() -> None:
    cats = shared_pipeline()("Почему не чистят дорогу?").cats
    assert tuple(cats) == INTENTS
    assert sum(cats.values()) == pytest.approx(1.0)


def test_a_temperature_of_zero_is_refused() -> None:
    from nlp.intent import IntentClassifier

    with pytest.raises(ValueError, match="must be above 0"):
        IntentClassifier(0.0)
