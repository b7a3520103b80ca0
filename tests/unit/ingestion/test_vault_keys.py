"""Key rotation, forgetting a subject, and the log of who looked."""

import sqlite3
import stat

import pytest

from otklik.intake.entity import Realm
from otklik.intake.vault import Account, Vault, VaultError

ACCOUNTS = ["anna", "boris", "vera@example.org"]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "vault"


def _subjects(folder):
    with Vault(folder) as vault:
        return vault.subjects(Realm.CITIZENS, "vk", ACCOUNTS)


def _digests(folder):
    with sqlite3.connect(folder / "vault.sqlite") as connection:
        return {digest for (digest,) in connection.execute("select digest from account")}


def test_rotation_changes_every_digest_and_no_subject(folder):
    before, digests = _subjects(folder), _digests(folder)
    with Vault(folder) as vault:
        assert vault.rotate() == 2
    assert not digests & _digests(folder)
    content = (folder / "vault.sqlite").read_bytes()
    assert not [digest for digest in digests if digest in content], "an old digest is still in the file"
    assert _subjects(folder) == before


def test_rotation_leaves_one_key_which_is_for_the_owner_alone(folder):
    _subjects(folder)
    with Vault(folder) as vault:
        vault.rotate()
        vault.rotate()
    assert sorted(path.name for path in folder.iterdir()) == ["key_v3", "vault.sqlite"]
    assert stat.S_IMODE((folder / "key_v3").stat().st_mode) == 0o600


def test_an_interrupted_rotation_leaves_the_old_key_in_force(folder, monkeypatch):
    before = _subjects(folder)
    monkeypatch.setattr("otklik.intake.vault.sorted", _fail, raising=False)
    vault = Vault(folder)
    with pytest.raises(KeyboardInterrupt), vault:
        vault.rotate()
    monkeypatch.undo()
    assert (folder / "key_v2").exists()
    assert _subjects(folder) == before
    with Vault(folder) as vault:
        assert vault.rotate() == 2
    assert _subjects(folder) == before


def _fail(*_):
    raise KeyboardInterrupt


def test_a_key_lost_after_rotation_is_a_clear_error(folder):
    _subjects(folder)
    with Vault(folder) as vault:
        vault.rotate()
    (folder / "key_v2").unlink()
    with pytest.raises(VaultError, match=r"key_v2: this key is gone\. Restore it from your backup"):
        _subjects(folder)


def test_accounts_of_a_subject_are_told_normalised(folder):
    with Vault(folder) as vault:
        subject = vault.subjects(Realm.STAFF, "staff", [" Anna@Example.org"])[" Anna@Example.org"]
        assert vault.accounts_of(subject) == [Account(Realm.STAFF, "staff", "anna@example.org")]
        assert vault.accounts_of("s_0000000000000000") == []


def test_a_forgotten_subject_leaves_no_byte_and_its_account_becomes_somebody_new(folder):
    before = _subjects(folder)
    with Vault(folder) as vault:
        assert vault.delete_subject(before["boris"]) == 1
    content = (folder / "vault.sqlite").read_bytes()
    assert before["boris"].encode() not in content
    assert b"boris" not in content
    after = _subjects(folder)
    assert after["boris"] != before["boris"]
    assert after["anna"] == before["anna"]
