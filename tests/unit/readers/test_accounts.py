"""Who is a person: obscured addresses spelled out, numbers as ids, programs and notes to oneself left out."""

import json
from pathlib import Path

import pytest

from otklik.intake.readers.accounts import addressed, is_system, spelled_address
from tests.unit.readers.reader_delivery import deliver, zipped


@pytest.mark.parametrize(
    "written",
    [
        "anna at gov.example.org (Anna Orlova)",
        "Anna Orlova <anna at gov.example.org>",
        "anna(a)gov.example.org",
        "anna [at] gov [dot] example [dot] org",
        "anna AT gov dot example dot org",
        "anna () gov ! example ! org",
    ],
)
def test_an_obscured_address_is_spelled_out(written: str):
    assert spelled_address(written) == "anna@gov.example.org"


@pytest.mark.parametrize("written", ["Anna Orlova", "look at this", "anna at localhost", "", "at", "anna@gov.example"])
def test_what_hides_no_address_gives_none(written: str):
    assert spelled_address(written) is None


def test_accounts_of_systems_are_told_by_their_names():
    systems = ["MAILER-DAEMON@gov.example", "no-reply@gov.example", "healthmailbox0af3@gov.example", "noreply+7@x.org"]
    people = ["nora@gov.example", "v.reply@gov.example", "postmasterson@gov.example"]
    assert [is_system(one) for one in [*systems, *people]] == [True] * 4 + [False] * 3


def test_whom_a_message_is_for_leaves_out_the_sender_and_bots():
    assert addressed(["a", "b", "bot", "b"], "a", bots={"bot"}) == (["b"], None)
    assert addressed(["a", "bot"], "a", bots={"bot"}) == ([], "bot")
    assert addressed(["a"], "a") == ([], "note_to_self")


def mail(number: int, sender: str, headers: str = "", to: str = "To: vera@gov.example\n") -> str:
    return (
        f"From x at y  Mon Mar  2 10:0{number}:00 2026\nFrom: {sender}\n{to}"
        f"Date: Mon, 2 Mar 2026 10:0{number}:00 +0300\n"
        f"Subject: [city] lamps\nMessage-ID: <m{number}@gov.example>\n{headers}\nwords {number}\n\n"
    )


def test_an_archive_of_a_list_names_its_writers_and_who_answered_got_the_mail(tmp_path: Path):
    archive = (
        mail(1, "anna at gov.example (Anna)", to="")
        + mail(
            2, "boris at gov.example (Boris)", "In-Reply-To: <m1@gov.example>\nReferences: <m1@gov.example>\n", to=""
        )
        + mail(3, "vera at gov.example (Vera)", to="")
    )
    outcome = deliver(tmp_path, "mbox", {"2026-March.txt.mbox": archive.encode()})

    assert outcome.counts == (3, 2, 0, 0)
    # nobody answered the third
    assert outcome.left_out == {"note_to_self": 1}
    ((first, sender, answered), (second, answerer, writers)) = outcome.rows(
        "source_message_id, sender_subject_id, recipient_subject_ids"
    )
    assert (first, second) == ("m1@gov.example", "m2@gov.example")
    assert (answered, writers) == ([answerer], [sender])


def test_mail_of_programs_and_to_oneself_is_left_out(tmp_path: Path):
    mails = [
        mail(1, "MAILER-DAEMON@gov.example"),
        mail(2, "anna@gov.example", "Auto-Submitted: auto-replied\n"),
        mail(3, "anna@gov.example", "Auto-Submitted: no\n"),
        mail(4, "vera@gov.example"),
        mail(5, "anna@gov.example", to="To: noreply@portal.example\n"),
        mail(6, "anna@gov.example", to="To: noreply@portal.example, vera@gov.example\n"),
    ]
    outcome = deliver(tmp_path, "mbox", {"m.mbox": "".join(mails).encode()})

    assert outcome.left_out == {"bot": 3, "note_to_self": 1}
    assert outcome.rows("source_message_id, len(recipient_subject_ids)") == [
        ("m3@gov.example", 1),
        ("m6@gov.example", 1),
    ]


def test_a_newsletter_to_its_own_sender_reached_whoever_it_was_delivered_to(tmp_path: Path):
    mails = mail(1, "press@gov.example", "Delivered-To: anna@gov.example\n", to="To: press@gov.example\n")
    outcome = deliver(tmp_path, "mbox", {"m.mbox": mails.encode()})

    assert outcome.rows("len(recipient_subject_ids)") == [(2,)]


def test_a_sender_that_stands_there_and_is_no_address_is_not_called_empty(tmp_path: Path):
    outcome = deliver(tmp_path, "mbox", {"m.mbox": mail(1, "The Press Office").encode()})

    assert outcome.quarantined() == [(1, None, "sender: what stands in From is no mail address")]


def telegram(*chats: dict, **first: object) -> dict[str, bytes | Path]:
    export = {"chats": {"list": list(chats)}} | first
    return {"result.json": json.dumps(export).encode()}


def said(number: int, sender: object, **more: object) -> dict:
    return {"id": number, "type": "message", "date": "2020-05-01T10:00:00", "from_id": sender, "text": "words"} | more


def chat(kind: str, *messages: dict, number: int = 5) -> dict:
    return {"name": "c", "type": kind, "id": number, "messages": list(messages)}


@pytest.mark.parametrize("entity", ["post", "message"])
def test_numeric_ids_of_older_telegram_exports_are_the_same_people(tmp_path: Path, entity: str):
    kind = "public_supergroup" if entity == "post" else "private_group"
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    old = deliver(
        tmp_path / "old", "telegram", telegram(chat(kind, said(1, 77), said(2, (2 << 32) + 9))), entity=entity
    )
    new = chat(kind, said(1, "user77"), said(2, "channel9"), said(3, "user77"))
    both = deliver(tmp_path / "new", "telegram", telegram(chat(kind, said(1, 77), number=6), new), entity=entity)
    who = "author_subject_id" if entity == "post" else "sender_subject_id"

    assert old.counts == (2, 2, 0, 0)
    assert len({one for (one,) in old.rows(who)} - {None}) == 2
    # 77 of the one chat is user77 of the other
    assert len({one for (one,) in both.rows(who)}) == 2


def test_telegram_chats_with_oneself_with_bots_and_of_nobody_are_left_out(tmp_path: Path):
    files = telegram(
        chat("saved_messages", said(1, "user1")),
        chat("bot_chat", said(2, "user1"), said(3, "user9"), number=9),
        chat("private_channel", said(4, "channel8"), number=8),
        chat("private_group", said(5, "user1"), said(6, "user2"), said(7, "user777000"), number=7),
    )
    outcome = deliver(tmp_path, "telegram", files)

    assert outcome.counts == (7, 2, 0, 0)
    assert outcome.left_out == {"bot": 3, "note_to_self": 2}
    # two people, and neither a bot nor Telegram itself among them
    assert outcome.rows("source_message_id, len(recipient_subject_ids)") == [("7/5", 1), ("7/6", 1)]


USERS = [
    {"id": "U1", "profile": {"email": "anna@gov.example"}},
    {"id": "U2", "profile": {}},
    {"id": "U3", "is_bot": True, "profile": {}},
]


def slack(days: dict[str, list[dict]], channels: list[dict], dms: list[dict]) -> dict[str, bytes]:
    named = {"users.json": USERS, "channels.json": channels, "dms.json": dms, "canvases.json": []}
    named |= {f"{folder}/2026-03-02.json": day for folder, day in days.items()}
    return {name: json.dumps(content).encode() for name, content in named.items()}


def slack_message(number: int, user: str, **more: object) -> dict:
    return {"type": "message", "user": user, "text": "words", "ts": f"17724351{number:02}.000100"} | more


SLACK = slack(
    {
        "roads": [slack_message(1, "U1"), slack_message(2, "U2", subtype="tombstone"), slack_message(3, "U3")],
        "D1": [slack_message(4, "USLACKBOT"), slack_message(5, "U1")],
        "D2": [slack_message(6, "U1")],
        "lost": [slack_message(7, "U1")],
    },
    [{"id": "C1", "name": "roads", "members": ["U1", "U2", "U3"]}],
    [{"id": "D1", "members": ["U1", "USLACKBOT"]}, {"id": "D2", "members": ["U1"]}],
)


def test_bots_of_slack_neither_write_nor_are_written_to(tmp_path: Path):
    outcome = deliver(tmp_path, "slack", {"export.zip": zipped(SLACK)})

    assert outcome.counts == (7, 1, 0, 1)
    assert outcome.left_out == {"bot": 3, "deleted": 1, "note_to_self": 1}
    assert outcome.rows("source_message_id, len(recipient_subject_ids)") == [("C1/1772435101.000100", 1)]
    assert outcome.quarantined("reason") == [
        (
            "recipients: neither channels.json, groups.json, dms.json, mpims.json tells who is in lost, and the "
            "message addresses nobody",
        )
    ]


def test_an_unpacked_slack_export_is_read_as_its_zip_is(tmp_path: Path):
    folder = tmp_path / "unpacked"
    for name, content in SLACK.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    assert deliver(tmp_path, "slack", {"export": folder}).counts == (7, 1, 0, 1)


def mattermost(*posts: dict) -> bytes:
    teams = [{"name": "city", "channels": [{"name": "roads"}]}]
    lines = [
        {"type": "user", "user": {"username": name, "email": email, "teams": teams}}
        for name, email in [("anna", "anna@gov.example"), ("boris", "boris@gov.example"), ("hook", "hook@localhost")]
    ]
    lines += [{"type": "bot", "bot": {"username": "helper"}}]
    lines += [
        {"type": "post", "post": {"team": "city", "channel": "roads", "message": "words"} | post} for post in posts
    ]
    lines += [{"type": "direct_post", "direct_post": {"channel_members": ["anna"], "user": "anna", "create_at": 8}}]
    return "\n".join(map(json.dumps, lines)).encode()


def test_bots_and_integrations_of_mattermost_are_no_people(tmp_path: Path):
    outcome = deliver(
        tmp_path,
        "mattermost",
        {
            "import.jsonl": mattermost(
                {"user": "anna", "create_at": 1772435100000},
                {"user": "helper", "create_at": 1772435100001},
                {"user": "hook", "create_at": 1772435100002},
                {"user": "anna", "create_at": 1772435100003, "props": {"from_webhook": "true"}},
                {"user": "anna", "create_at": 1772435100004, "type": "custom_meeting"},
            )
        },
    )

    assert outcome.counts == (6, 1, 0, 0)
    assert outcome.left_out == {"bot": 4, "note_to_self": 1}
    assert outcome.rows("len(recipient_subject_ids)") == [(1,)]


def test_two_posts_of_one_person_in_one_millisecond_are_two(tmp_path: Path):
    posts = [{"user": "anna", "create_at": 1772435100000, "message": words} for words in ("first", "second")]
    outcome = deliver(tmp_path, "mattermost", {"import.jsonl": mattermost(*posts)})

    assert outcome.counts == (3, 2, 0, 0)
    assert len({one for (one,) in outcome.rows("source_message_id")}) == 2
