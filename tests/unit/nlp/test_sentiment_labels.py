"""Sentiment by rules and by a trained model. All texts are invented."""

import pytest

from nlp.sentiment import SentimentError, fit, label_by_rules


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("positive", "Какой чудесный вечер, обожаю наш парк"),
        ("positive", "спасибо, очень вкусно 😍"),
        ("negative", "ненавижу эту погоду"),
        ("negative", "мне это совсем не нравится"),
        ("negative", "как же грустно 😭"),
        ("neutral", "завтра едем в Саратов поездом"),
        ("neutral", ""),
    ],
)
def test_the_rules_name_the_sentiment(label: str, text: str) -> None:
    assert label_by_rules([text]) == [label]


def test_a_trained_model_follows_its_labels() -> None:
    texts = ["тумба юмба", "тумба снова", "рокот дня", "рокот ночи", "стол стоит", "стол большой"] * 4
    labels = ["positive", "positive", "negative", "negative", "neutral", "neutral"] * 4
    assert fit(texts, labels).predict(["тумба", "рокот", "стол"]) == ["positive", "negative", "neutral"]


def test_labels_outside_the_three_are_refused() -> None:
    with pytest.raises(SentimentError, match="needed are texts of each"):
        fit(["раз", "два"], ["positive", "skip"])
