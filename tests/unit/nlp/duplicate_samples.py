"""Invented posts with planted near-duplicates: reworded, mistyped, cut, decorated; and look-alikes of other places."""

# ruff: noqa: E501 the tables below are read row by row
import random
from collections.abc import Iterator

_STREETS = (
    "Берёзовая", "Заречная", "Кузнечная", "Лесная", "Мельничная", "Полевая", "Садовая", "Тихая", "Школьная", "Южная",
    "Ключевая", "Вишнёвая", "Гончарная", "Дачная", "Озёрная", "Парковая", "Речная", "Светлая", "Рябиновая", "Цветочная",
)  # fmt: skip
# Each matter: ways to say the same thing, then details.
_MATTERS = (
    (("не вывозят мусор из контейнеров", "мусор из контейнеров не вывозят"), ("запах на весь двор", "крысы бегают у подъезда", "пакеты разносит ветер")),
    (("разбит асфальт у подъезда, яма на яме", "у подъезда яма на яме, асфальт разбит"), ("коляску не провезти", "машины бьют подвеску", "после дождя стоят лужи")),
    (("третий день нет горячей воды", "горячей воды нет третий день"), ("в управляющей компании молчат", "дети моются из тазика", "котельная работает с перебоями")),
    (("фонари вдоль дороги не горят", "не горят вдоль дороги фонари"), ("дети идут в школу в темноте", "вчера упала бабушка", "ямы не видно совсем")),
    (("лифт застревает между этажами", "между этажами застревает лифт"), ("диспетчер не берёт трубку", "пенсионеры поднимаются пешком", "кнопки сожжены")),
    (("автобус ходит раз в час и переполнен", "раз в час ходит переполненный автобус"), ("люди стоят на морозе", "расписание на остановке сорвано", "водитель курит в салоне")),
    (("спилили здоровые деревья во дворе", "во дворе спилили здоровые деревья"), ("ветки бросили на детской площадке", "никто не показал разрешения", "птичьи гнёзда погибли")),
    (("течёт крыша над последним этажом", "над последним этажом течёт крыша"), ("обои отстали от стен", "проводку залило водой", "жильцы подставляют вёдра")),
)  # fmt: skip
_OPENINGS = ("", "Здравствуйте! ", "Добрый день. ", "Уважаемая администрация! ")
_ENDINGS = ("", " Примите меры!", " Прошу разобраться.", " Сколько можно терпеть?", " Ждём ответа.")
_EMOJI = ("😡", "🙏", "😢😢", "‼️", "👎")


def posts(seed: int, n_clusters: int) -> Iterator[tuple[str, str, str]]:
    """Triples (id, text, cluster): of every five clusters three have one to four copies, two are single."""
    rng = random.Random(seed)
    places = [(street, house) for street in _STREETS for house in range(1, 120)]
    number = 0
    for cluster, (street, house) in enumerate(rng.sample(places, n_clusters)):
        ways, details = rng.choice(_MATTERS)
        told = rng.sample(details, 2)
        where = rng.choice(("На улице {}, дом {}", "ул. {} {}", "По адресу {}, {}")).format(street, house)
        original = f"{rng.choice(_OPENINGS)}{where} {ways[0]}. {told[0].capitalize()}, {told[1]}.{rng.choice(_ENDINGS)}"
        texts = [original]
        if cluster % 5 < 3:
            texts += [_copy(rng, original, ways, where, told) for _ in range(rng.randint(1, 4))]
        for text in texts:
            yield f"p{number:06d}", text, f"c{cluster:05d}"
            number += 1


def _copy(rng: random.Random, original: str, ways: tuple[str, ...], where: str, told: list[str]) -> str:
    match rng.randrange(6):
        case 0:
            text = mistyped(rng, original, rng.randint(1, 3))
        case 1:
            text = f"{rng.choice(_EMOJI)} {original} {rng.choice(_EMOJI)}"
        case 2:
            text = original[: int(len(original) * rng.uniform(0.6, 0.9))]
        case 3:
            text = f"{ways[1].capitalize()} ({where}). {told[0].capitalize()}, {told[1]}.{rng.choice(_ENDINGS)}"
        case 4:
            text = f"{rng.choice(_OPENINGS)}{told[1].capitalize()}, {told[0]}. {where}: {ways[1]}!"
        case _:
            text = mistyped(rng, original.lower(), 1) + rng.choice(_ENDINGS)
    return text


def mistyped(rng: random.Random, text: str, count: int) -> str:
    """The text with `count` slips in long words: a letter dropped, doubled, replaced, or two swapped."""
    words = text.split(" ")
    long = [index for index, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    for index in rng.sample(long, min(count, len(long))):
        word, at = words[index], rng.randrange(1, len(words[index]) - 2)
        words[index] = rng.choice(
            (word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], word[:at] + "о" + word[at + 1 :],
             word[:at] + word[at + 1] + word[at] + word[at + 2 :])
        )  # fmt: skip
    return " ".join(words)
