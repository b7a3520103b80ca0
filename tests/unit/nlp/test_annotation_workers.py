"""Annotation on several processes: the same tables in the same order, and a few texts start no process."""

import multiprocessing

import pytest

from nlp import workers
from nlp.annotate import annotate
from nlp.workers import annotate_on_workers

GAZETTEER = ["Бобровка"]
TEXTS = [
    (f"h{number}", f"{text} {number}")
    for number in range(1_200)
    for text in ("Не работает лифт на ул. Ленина,", "В Бобровке спасибо за сквер", "Когда вывезут мусор?")
]


def tables(batches):
    return [(batch.labels.to_pylist(), batch.places.to_pylist()) for batch in batches]


def test_workers_give_the_tables_of_one_process_in_the_same_order():
    found = list(
        annotate_on_workers(iter(TEXTS), n_workers=2, batch_size=1_700, gazetteer=GAZETTEER, min_texts=len(TEXTS))
    )
    assert [batch.labels.num_rows for batch in found] == [1_700, 1_700, 200]
    assert tables(found) == tables(annotate(TEXTS, batch_size=1_700, gazetteer=GAZETTEER))


def test_a_few_texts_start_no_process(monkeypatch):
    monkeypatch.setattr(multiprocessing, "get_context", lambda method: pytest.fail("a process was started"))
    few = TEXTS[:9]
    assert len(few) < workers.MIN_TEXTS
    assert tables(annotate_on_workers(few, n_workers=2, batch_size=5)) == tables(annotate(few, batch_size=5))
    assert tables(annotate_on_workers(TEXTS[:50], n_workers=1, min_texts=10)) == tables(annotate(TEXTS[:50]))
    assert list(annotate_on_workers([], n_workers=2)) == []


def test_what_a_worker_refuses_is_refused_here():
    with pytest.raises(TypeError, match="text of broken is int"):
        list(annotate_on_workers([*TEXTS[:20], ("broken", 7)], n_workers=2, min_texts=5))
