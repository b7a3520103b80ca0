from otklik.monitoring.exposition import Figure, exposition


def test_a_figure_is_told_with_its_meaning_its_kind_and_its_samples():
    figure = Figure("source_rows", "Rows taken in.", [({"source": "wall", "entity": "post"}, 600), ({}, 1.5)])
    assert exposition([figure]) == (
        "# HELP otklik_source_rows Rows taken in.\n"
        "# TYPE otklik_source_rows gauge\n"
        'otklik_source_rows{source="wall",entity="post"} 600\n'
        "otklik_source_rows 1.5\n"
    )


def test_a_figure_that_was_measured_for_nothing_is_left_out():
    assert exposition([Figure("runs", "Runs.", [])]) == ""


def test_a_label_with_quotes_a_backslash_and_a_new_line_stays_one_label():
    assert 'a="\\"\\\\\\n"' in exposition([Figure("x", "X.", [({"a": '"\\\n'}, 1)])])
