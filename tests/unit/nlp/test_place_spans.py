"""Places: for each kind a table of positives and of near-misses. All texts are invented."""

import pytest

from nlp.pipeline import build_pipeline, shared_pipeline

# text, kind, surface, key, house
POSITIVE = [
    ("Яма на ул. Ленина, д. 5к2 уже месяц", "street", "ул. Ленина, д. 5к2", "ленина", "5к2"),
    ("Во дворе ул.Кирова,45 темно", "street", "ул.Кирова,45", "кирова", "45"),
    ("Не чистят пр-т Мира 12", "street", "пр-т Мира 12", "мира", "12"),
    ("Течёт крыша на Гагарина 7а", "street", "Гагарина 7а", "гагарина", "7а"),
    ("Сделайте тротуар на Студенческой", "street", "Студенческой", "студенческая", None),
    ("Разводная улица, дом 12 без света", "street", "Разводная улица, дом 12", "разводная", "12"),
    ("Мёрзнут жильцы дома № 4 по ул. Пушкина", "street", "дома № 4 по ул. Пушкина", "пушкина", "4"),
    ("Свалка у дома 50 лет Октября 23", "street", "50 лет Октября 23", "50 лет октября", "23"),
    ("Темно на улице 1 мая", "street", "улице 1 мая", "1 мая", None),
    ("Нет света: Полевой 17", "street", "Полевой 17", "полевая", "17"),
    ("Озёрная, 12-14, прорвало трубу", "street", "Озёрная, 12-14", "озерная", "12"),
    ("Живём в городе Самаре", "settlement", "городе Самаре", "самара", None),
    ("Нет связи в с. Ивановка", "settlement", "с. Ивановка", "ивановка", None),
    ("Дорога до деревни Луговой разбита", "settlement", "деревни Луговой", "луговая", None),
    ("В Тольятти отключили воду", "settlement", "Тольятти", "тольятти", None),
    ("Пермь г, почистите двор", "settlement", "Пермь г", "пермь", None),
    ("В Волжском районе нет врача", "municipality", "Волжском районе", "волжский район", None),
    ("Кировский р-н без воды", "municipality", "Кировский р-н", "кировский район", None),
    ("У школы № 5 нет перехода", "institution", "школы № 5", "школа 5", None),
    ("Очередь в поликлинике №2", "institution", "поликлинике №2", "поликлиника 2", None),
    (
        "Возмутила вторая городская больница",
        "institution",
        "вторая городская больница",
        "вторая городская больница",
        None,
    ),
    ('Садик "Ромашка" закрыт', "institution", 'Садик "Ромашка"', "детский сад ромашка", None),
    # A sentence may begin with it; a quality («Новый район») would be no name.
    ("Спасибо. Промышленный район, улицы чистые", "municipality", "Промышленный район", "промышленный район", None),
    ("Заводской район, улицы чистые", "municipality", "Заводской район", "заводской район", None),
    # Marks without a space after them, and a dash glued to the name.
    ("Нет воды по улице ковалькина???опять", "street", "улице ковалькина", "ковалькина", None),
    ("За домом улица Полевая- там темно", "street", "улица Полевая", "полевая", None),
    # An adjective that does not agree with the noun after it is a name of its own.
    ("На Студенческой барак без окон", "street", "Студенческой", "студенческая", None),
    ("А в Лапшино когда проведут газ", "settlement", "Лапшино", "лапшино", None),
    ("Живём на Верхней Роще без света", "settlement", "Верхней Роще", "верхняя роща", None),
    ("Контейнер на м/р ковалькина переполнен", "settlement", "м/р ковалькина", "ковалькин", None),
    ("Когда будет остановка Санаторий", "institution", "остановка Санаторий", "остановка санаторий", None),
    ("Фонтан в парке Горького сломан", "institution", "парке Горького", "парк горького", None),
]

NEAR_MISS = [
    "На улице холодно и темно",
    "Пришли с работы поздно, в подъезде темно",
    "Вышли из школы. Потом пошли домой",
    "Мне 45 лет, жду 3 часа",
    "В нашем районе нет врача",
    "Когда приедет автобус?",
    "г. Здравствуйте",
    "Мой сосед Владимир Петрович помог",
    "В Китае и России так не делают",
    "У нас 2 школы и 5 детей",
    # A single letter with a full stop that is no «город», «деревня» or «река».
    "Родилась в 2019 г. Вышла первая статья",
    "Доски, стёкла и т.д . Гора выше забора",
    "Приходите 1 мая на праздник",
    "Отключения в Энсктеплоэнерго не признают",
    "Новый район города хорош",
    "На Новой странице газеты опечатка",
    "Спросите у Ольги и Петровой",
]


@pytest.mark.parametrize(("text", "kind", "surface", "key", "house"), POSITIVE)
def test_a_plain_example_gives_one_place(text: str, kind: str, surface: str, key: str, house: str | None) -> None:
    places = shared_pipeline()(text)._.places
    assert [(p.kind, p.surface, p.place_key, p.house) for p in places] == [(kind, surface, key, house)]
    assert text[places[0].start_char : places[0].end_char] == surface


def test_the_second_of_two_joined_streets_is_found_too() -> None:
    places = shared_pipeline()("Яма на улице Садовой и Шевченко")._.places
    assert [(place.kind, place.surface) for place in places] == [("street", "улице Садовой"), ("street", "Шевченко")]


@pytest.mark.parametrize("text", NEAR_MISS)
def test_a_near_miss_gives_no_place(text: str) -> None:
    assert shared_pipeline()(text)._.places == []


def test_a_town_and_its_street_are_two_places() -> None:
    places = shared_pipeline()("г. Самара, ул. Садовая, 10")._.places
    assert [(p.kind, p.place_key, p.house) for p in places] == [
        ("settlement", "самара", None),
        ("street", "садовая", "10"),
    ]


@pytest.mark.parametrize(
    ("text", "surface", "key"),
    [
        ("дорога в зурьве разбита", "зурьве", "зурьва"),
        ("Зурьва без воды", "Зурьва", "зурьва"),
        ("Автобус из Верхней Зурьвы не пришел", "Верхней Зурьвы", "верхняя зурьва"),
        ("Рядом с Усть-Зурьвой пожар", "Усть-Зурьвой", "усть-зурьва"),
    ],
)
def test_a_gazetteer_name_is_found_in_any_case_form(text: str, surface: str, key: str) -> None:
    nlp = build_pipeline(["Зурьва", "Верхняя Зурьва", "Усть-Зурьва"])
    assert [(p.surface, p.place_key) for p in nlp(text)._.places] == [(surface, key)]


def test_a_lowercase_gazetteer_name_needs_its_preposition() -> None:
    assert build_pipeline(["Отрадное"])("провели отрадное время")._.places == []


def test_spans_carry_the_kind_as_label() -> None:
    doc = shared_pipeline()("Яма на ул. Ленина")
    assert [(span.text, span.label_) for span in doc.spans["places"]] == [("ул. Ленина", "street")]
