"""What the dbt project must repeat of Python, because SQL needs it there, is the same in both."""

from data_quality.lake_suites import PLACE_KINDS
from nlp.lemmas import fold, morphology
from nlp.place_lexicon import KINDS, place_words, street_words
from otklik.commands.replay import WORKING_DAY_HOURS, WORKING_DAY_START_HOUR
from otklik.stages.grouping import MIN_STABILITY
from tests.unit.dbt.dbt_files import PROJECT, assert_none, read_yaml

VARIABLES = read_yaml(PROJECT / "dbt_project.yml")["vars"]


def test_streets_of_an_address_are_those_of_the_lexicon():
    assert VARIABLES["street_words"] == street_words()


def test_words_before_a_street_are_forms_of_the_lexicons_words_for_streets_and_stops():
    cues, _ = place_words()
    known = {form.lstrip("=") for form, cue in cues.items() if cue.kind == "street" or cue.canonical == "остановка"}
    said = {word: {word, fold(morphology().parse(word)[0].normal_form)} for word in VARIABLES["street_call_words"]}
    assert_none((word for word, forms in said.items() if not forms & known), "add it to nlp/lexicons/place_cues.csv:")


def test_words_for_a_house_are_the_lexicons():
    assert set(VARIABLES["house_words"]) <= place_words()[1]["house_words"]


def test_kinds_of_places_are_the_lexicons():
    assert PLACE_KINDS == KINDS


def test_working_day_of_a_replay_is_the_one_of_the_clocks():
    ours = WORKING_DAY_START_HOUR, WORKING_DAY_HOURS
    assert ours == (VARIABLES["working_day_start_hour"], VARIABLES["working_day_hours"])


def test_events_are_told_of_groups_that_are_stable_enough_to_be_published():
    assert VARIABLES["group_min_stability_score"] == MIN_STABILITY
