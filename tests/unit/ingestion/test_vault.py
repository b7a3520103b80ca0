"""The vault: who is who, for the vault alone."""

import re
import stat

import pytest

from otklik.intake.entity import Realm
from otklik.intake.vault import Vault, VaultError


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "vault"


def _one(folder, realm, namespace, account):
    with Vault(folder) as vault:
        return vault.subjects(realm, namespace, [account])[account]


def test_an_account_is_one_subject_however_it_is_spelled(folder):
    first = _one(folder, Realm.STAFF, "staff", "Ivanov@Example.org")
    assert re.fullmatch(r"s_[0-9a-f]{16}", first)
    assert _one(folder, Realm.STAFF, "staff", " ivanov@example.org ") == first


def test_two_realms_never_share_a_subject(folder):
    staff = _one(folder, Realm.STAFF, "n", "ivanov@example.org")
    citizen = _one(folder, Realm.CITIZENS, "n", "ivanov@example.org")
    assert (staff[:2], citizen[:2]) == ("s_", "c_")
    assert staff[2:] != citizen[2:]


def test_two_namespaces_never_share_a_subject(folder):
    assert _one(folder, Realm.CITIZENS, "vk", "anna") != _one(folder, Realm.CITIZENS, "ok", "anna")


def test_subjects_are_random_and_not_derived_from_the_account(tmp_path):
    assert _one(tmp_path / "a", Realm.STAFF, "n", "anna") != _one(tmp_path / "b", Realm.STAFF, "n", "anna")


def test_files_are_for_the_owner_alone(folder):
    _one(folder, Realm.STAFF, "n", "anna")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_failed_block_leaves_no_subjects(folder):
    given = []

    def fail_inside():
        with Vault(folder) as vault:
            given.append(vault.subjects(Realm.STAFF, "n", ["anna"])["anna"])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_inside()
    assert _one(folder, Realm.STAFF, "n", "anna") != given[0]


def test_a_lost_key_is_a_clear_error(folder):
    _one(folder, Realm.STAFF, "n", "anna")
    (folder / "key_v1").unlink()
    with pytest.raises(VaultError, match=r"key is gone\. Restore it from your backup"):
        _one(folder, Realm.STAFF, "n", "anna")


def test_a_file_that_others_may_read_is_refused(folder):
    _one(folder, Realm.STAFF, "n", "anna")
    (folder / "vault.sqlite").chmod(0o644)
    with pytest.raises(VaultError, match="chmod 600"):
        _one(folder, Realm.STAFF, "n", "anna")
