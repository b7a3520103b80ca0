"""The slips of people in a hurry: one letter wrong. What they write is `texts.py`."""

import random

_SWAP_LETTERS = {"о": "а", "е": "и", "и": "е", "т": "тт", "н": "нн", "с": "сс"}


def slip(rng: random.Random, text: str, kept: tuple[str, ...]) -> str:
    """One slip in one long word outside of the places: a letter doubled, replaced, dropped or two swapped."""
    words = text.split(" ")
    locating = {word for name in kept for word in name.split(" ")}
    long = [index for index, word in enumerate(words) if len(word) > 5 and word.strip(".,!?:") not in locating]
    long = [index for index in long if words[index] not in locating]
    if not long:
        return text
    index = rng.choice(long)
    word = words[index]
    at = rng.randrange(1, len(word) - 2)
    match rng.randrange(3):
        case 0:
            word = word[:at] + _SWAP_LETTERS.get(word[at], word[at]) + word[at + 1 :]
        case 1:
            word = word[:at] + word[at + 1 :]
        case _:
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    words[index] = word
    return " ".join(words)
