"""Published ids: who holds the source can neither compute nor match one, and everything that refers to a post does."""

import hashlib
import hmac
from itertools import product

import pytest

from otklik.intake.keyed_ids import keyed_ids, rotate_ids
from otklik.intake.owner_keys import VaultError
from otklik.intake.vault import Vault

POSTS = "id,posted,author,words,parent\n1,2026-09-01,anna,яма,\n2,2026-09-02,boris,и у нас,1\n"
SELECT = (
    "select id as source_post_id, posted as posted_at, author, 'vk' as channel, words as text, "
    "parent as parent_post_id from source"
)
LABELS = (
    "of_source,of_source_post_id,label_kind,value,annotator,labelled_at,with_source,with_source_post_id\n"
    "s,1,intent,complaint,a1,2026-09-03,,\n"
    "s,2,incident,s/1,a1,2026-09-03,,\n"
    "s,2,incident,apart,a2,2026-09-03,,\n"
    "s,2,incident_pair,same,a1,2026-09-03,,1\n"
    "s,2,incident_pair,same,a1,2026-09-03,other,1\n"
)


@pytest.fixture
def posts(deployment):
    deployment.deliver("posts.csv", POSTS)
    deployment.load(deployment.source(select=SELECT))
    return deployment


def ids(deployment):
    return {
        post: (own, answered) for post, own, answered in deployment.rows("source_post_id, post_id, answered_post_id")
    }


def test_an_answer_names_the_post_it_answers_by_that_post_s_id(posts):
    found = ids(posts)
    assert found["1"][1] is None
    assert found["2"][1] == found["1"][0]
    assert len(found["1"][0]) == 32


def test_nobody_with_the_export_alone_computes_an_id(posts):
    published = {own for own, _ in ids(posts).values()}
    names, rows = ("s", "post", "vk", ""), ("1", "2", "wall1_1")
    for separator, digest in product(("", "|", "/", "\x1f", ":"), ("md5", "sha1", "sha256", "blake2b", "blake2s")):
        for words in (*product(names, rows), *product(names, names, rows)):
            message = separator.join(words).encode()
            guesses = [hashlib.new(digest, message).hexdigest()]
            if digest in ("blake2b", "blake2s"):
                guesses.append(getattr(hashlib, digest)(message, digest_size=16).hexdigest())
            guesses += [hmac.new(key.encode(), message, digest).hexdigest() for key in names if key]
            assert not published & {guess[:32] for guess in guesses}


def test_another_home_gives_the_same_posts_other_ids(posts, tmp_path):
    other = type(posts)(tmp_path / "other")
    other.deliver("posts.csv", POSTS)
    other.load(other.source(select=SELECT))
    assert not {own for own, _ in ids(posts).values()} & {own for own, _ in ids(other).values()}


def test_the_same_post_in_another_delivery_keeps_its_id(posts):
    posts.deliver("again.csv", POSTS.replace("яма", "яма стала глубже"))
    posts.load(posts.source(select=SELECT))
    assert posts.rows("count(*), count(distinct post_id)") == [(3, 2)]


def test_a_vault_whose_key_is_rotated_changes_no_id(posts):
    before = ids(posts)
    with Vault(posts.home.vault) as vault:
        vault.rotate()
    posts.deliver("again.csv", POSTS.replace("яма", "яма стала глубже"))
    posts.load(posts.source(select=SELECT))
    assert ids(posts) == before


def test_decisions_that_name_a_post_by_its_source_and_id_are_about_that_post(posts):
    found = {post: own for post, (own, _) in ids(posts).items()}
    posts.deliver("labels.csv", LABELS)
    select = LABELS.splitlines()[0]
    posts.load(posts.source("label", f"select {select} from source", path="inbox/labels.csv"), "label")
    rows = posts.rows("label_kind, value, with_source, post_id, other_post_id", "label")
    in_other_source = keyed_ids(posts.home).of("post", "other", "1")
    assert rows == [
        ("incident", "apart", None, found["2"], None),
        ("incident", "s/1", None, found["2"], found["1"]),
        ("incident_pair", "same", "other", found["2"], in_other_source),
        ("incident_pair", "same", None, found["2"], found["1"]),
        ("intent", "complaint", None, found["1"], None),
    ]


def test_the_key_is_its_owner_s_alone_and_its_loss_is_told(posts):
    key = posts.home.vault / "id_key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    posts.deliver("more.csv", POSTS.replace("2026", "2025"))
    with pytest.raises(VaultError, match="id_key: this key is gone"):
        posts.load(posts.source(select=SELECT))


def test_rotated_ids_are_all_others_and_still_refer_to_each_other(posts):
    before, rows = ids(posts), posts.rows("* exclude (post_id, answered_post_id)")
    assert rotate_ids(posts.home) == 1
    after = ids(posts)
    assert after["2"][1] == after["1"][0]
    assert not set(before.values()) & set(after.values())
    assert posts.rows("* exclude (post_id, answered_post_id)") == rows
    assert keyed_ids(posts.home).of("post", "s", "1") == after["1"][0]


def test_a_rotation_that_was_interrupted_must_be_finished_before_anything_is_taken_in(posts):
    (posts.home.vault / "id_key_next").write_bytes(b"k" * 32)
    (posts.home.vault / "id_key_next").chmod(0o600)
    posts.deliver("more.csv", POSTS.replace("2026", "2025"))
    with pytest.raises(VaultError, match="finish it: otklik rotate ids"):
        posts.load(posts.source(select=SELECT))
    rotate_ids(posts.home)
    assert keyed_ids(posts.home).key == b"k" * 32
    posts.load(posts.source(select=SELECT))
