"""People's accounts and words: subjects in the lake, words in the restricted part, nothing anywhere else."""

import duckdb

HEADER = "id,at,from,to,subject,body\n"
SELECT = (
    'select id as source_message_id, "at" as sent_at, "from" as sender, string_split("to", \';\') as recipients, '
    "'mail' as kind, subject, body from source"
)


def _load(deployment, content):
    deployment.deliver("mail.csv", content)
    source = deployment.source(entity="message", select=SELECT)
    return deployment.load(source, "message")[0]


def test_senders_and_recipients_become_subjects_distinct_and_sorted(deployment, ledger):
    load = _load(deployment, HEADER + "1,2026-09-01 10:00,a@x.example,b@x.example; c@x.example;b@x.example;,Привет,\n")
    assert ledger(load) == (1, 1, 0, 0)
    ((sender, recipients),) = deployment.rows("sender_subject_id, recipient_subject_ids", "message")
    assert sender.startswith("s_")
    assert len(recipients) == 2
    assert recipients == sorted(set(recipients))


def test_a_message_without_recipients_is_quarantined(deployment, ledger):
    load = _load(deployment, HEADER + "1,2026-09-01 10:00,a@x.example,;,Привет,\n")
    assert ledger(load) == (1, 0, 0, 1)
    assert deployment.quarantined(entity="message") == [(1, "recipients", "required, and empty")]


def test_words_of_messages_stay_in_the_restricted_part(deployment):
    _load(deployment, HEADER + "1,2026-09-01 10:00,a@x.example,b@x.example,Смета,Тайное слово\n")
    assert not {"subject", "body"} & {name for (name,) in _columns(deployment, "lake/raw/message")}
    (path,) = (deployment.home.restricted / "message_text").rglob("load=*.parquet")
    assert duckdb.execute("select subject, body from read_parquet(?)", [str(path)]).fetchall() == [
        ("Смета", "Тайное слово")
    ]
    ((text_hash,),) = deployment.rows("text_hash", "message")
    assert duckdb.execute("select text_hash from read_parquet(?)", [str(path)]).fetchone() == (text_hash,)


def test_no_account_name_is_anywhere_but_in_the_vault(deployment):
    canaries = [b"canary-sender", b"canary-recipient"]
    _load(deployment, HEADER + "1,2026-09-01 10:00,canary-sender@x.example,canary-recipient@x.example,Тема,\n")
    where = {
        path.relative_to(deployment.home.root).parts[0]
        for path in deployment.home.root.rglob("*")
        if path.is_file() and any(canary in _bytes(path) for canary in canaries)
    }
    assert where == {"vault"}


def _bytes(path):
    """A file's content with Parquet's compression taken off."""
    if path.suffix != ".parquet":
        return path.read_bytes()
    return str(duckdb.execute("from read_parquet(?)", [str(path)]).fetchall()).encode() + path.read_bytes()


def _columns(deployment, dataset):
    (path,) = (deployment.home.root / dataset).rglob("load=*.parquet")
    return duckdb.execute("select column_name from (describe select * from read_parquet(?))", [str(path)]).fetchall()


DIRECTORY = "select id as source_person_id, [account] as accounts, department from source"


def test_a_correction_of_the_directory_can_be_taken_back_and_a_repetition_says_nothing(deployment, ledger):
    source = deployment.source(entity="person", select=DIRECTORY, path="inbox/staff_*.csv")
    for month, department in enumerate(("Roads", "Parks", "Roads"), 1):
        # the ids differ so that the third file is not the first one once more
        deployment.deliver(f"staff_{month}.csv", f"id,account,department\np{month},x,Links\np0,a,{department}\n")
    loads = deployment.load(source, "person")
    assert [ledger(load) for load in loads] == [(2, 2, 0, 0)] * 3
    deployment.deliver("staff_4.csv", "id,account,department\np0,a,Roads\n")
    assert [ledger(load) for load in deployment.load(source, "person")] == [(1, 0, 1, 0)]
    assert deployment.rows("file_name, department", "person") == [
        ("staff_1.csv", "Links"),
        ("staff_1.csv", "Roads"),
        ("staff_2.csv", "Links"),
        ("staff_2.csv", "Parks"),
        ("staff_3.csv", "Links"),
        ("staff_3.csv", "Roads"),
    ]
