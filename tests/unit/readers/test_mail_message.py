"""One mail into one row: headers, addresses, dates, charsets, structure."""

import pytest

from otklik.intake.readers.mail_message import UnreadableMailError, parse
from otklik.intake.readers.mail_text import addresses, decode, header_text, html_text

HEAD = b"From: a@gov.example\r\nTo: b@gov.example\r\nDate: Mon, 2 Mar 2026 10:00:00 +0300\r\n"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Anna <Anna@Gov.Example>, boris@gov.example", ["anna@gov.example", "boris@gov.example"]),
        ('"Petrov, Boris; chief" <b@gov.example>', ["b@gov.example"]),
        ('"a \\"quoted, name\\"" <b@gov.example>', ["b@gov.example"]),
        ("a@gov.example (Anna, on duty), b@gov.example", ["a@gov.example", "b@gov.example"]),
        ("Duty: a@gov.example, B <b@gov.example>;", ["a@gov.example", "b@gov.example"]),
        ("undisclosed-recipients:;", []),
        ("=?utf-8?B?0JAsINCR?= <a@gov.example>", ["a@gov.example"]),
        ("a@gov.example; b@gov.example", ["a@gov.example", "b@gov.example"]),
        ("a@gov.example, A@gov.example", ["a@gov.example"]),
        ('"front desk"@gov.example', ["frontdesk@gov.example"]),
        ("root", ["root"]),
        ("<>", []),
        ("", []),
        ('"never closed <a@gov.example>', []),
    ],
)
def test_addresses_of_a_header(header: str, expected: list[str]):
    assert addresses(header) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"plain", "plain"),
        ("Дорога".encode(), "Дорога"),
        ("Дорога".encode("windows-1251"), "Дорога"),
        ("Дорога".encode("koi8-r"), "Дорога"),
        (b"=?utf-8?B?0JTQvtGA?= =?utf-8?B?0L7Qs9Cw?=", "Дорога"),
        # a character is split between two words
        (b"=?utf-8?B?0JTQ?= =?utf-8?B?vg==?=", "До"),
        (b"=?koi8-r?Q?=E4=CF=D2=CF=C7=C1?= (2)", "Дорога (2)"),
        (b"=?windows-1251?B?xO7w7uPg?=", "Дорога"),
        (b"=?utf-8?B?0JTQvtGA?= and =?utf-8?Q?a_b?=", "Дор and a b"),
        (b"=?x-unknown?Q?=FF=FEa?=", "\\xff\\xfea"),
        (b"=?utf-8?B?!!!?=", ""),
        (b"=?utf-8?B?0JTQ", "=?utf-8?B?0JTQ"),
    ],
)
def test_words_of_a_header(raw: bytes, expected: str):
    assert header_text(raw) == expected


@pytest.mark.parametrize("charset", ["utf-8", "koi8-r", "windows-1251", "cp866", "iso-8859-5", "utf-16"])
def test_declared_charsets(charset: str):
    assert decode("Прошу ответить до пятницы".encode(charset), charset) == "Прошу ответить до пятницы"


@pytest.mark.parametrize("charset", ["no-such-charset", "", "zlib", "unicode_escape", "punycode", "\x00", "a" * 10_000])
def test_a_charset_that_is_none_never_loses_bytes(charset: str):
    assert decode(b"abc \\u0041 \xff", charset) == "abc \\u0041 \\xff"
    assert decode("Прошу".encode(), charset) == "Прошу"


def test_a_wrongly_declared_charset_gives_way_to_what_the_bytes_are():
    assert decode("Прошу ответить".encode("windows-1251"), "utf-8") == "Прошу ответить"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("<style>p {}</style>x<script>if (a < b) {}</SCRIPT>y", "xy"),
        ("x<!-- <p>hidden</p> -->y", "xy"),
        ("5 &lt; 7 &amp;&nbsp;2 < 3", "5 < 7 & 2 < 3"),
        ("<p>never closed <b", "never closed"),
        ("<style>never closed", ""),
    ],
)
def test_words_of_a_page(page: str, expected: str):
    assert html_text(page) == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (b"Mon, 2 Mar 2026 10:00:00 +0300", "2026-03-02T10:00:00+03:00"),
        (b"2 Mar 2026 10:00 -0000", "2026-03-02T10:00:00+00:00"),
        (b"Mon, 02 Mar 2026 10:00:00 GMT", "2026-03-02T10:00:00+00:00"),
        (b"yesterday", "yesterday"),
        (b"Mon, 99 Mar 2026 10:00:00 +0300", "Mon, 99 Mar 2026 10:00:00 +0300"),
        (b"Mon, 2 Mar 2026 10:00:00 +99999999999999", "Mon, 2 Mar 2026 10:00:00 +99999999999999"),
        (b"", None),
    ],
)
def test_dates(date: bytes, expected: str | None):
    assert parse(b"From: a@x\nDate: " + date + b"\n\nx")["sent_at"] == expected


@pytest.mark.parametrize("date", [b"", b"Date: \n", b"Date: next Tuesday\n"])
def test_mail_without_a_date_was_sent_when_the_first_server_took_it_in(date: bytes):
    trace = (
        b"Received: by b; Mon, 2 Mar 2026 10:00:09 +0300\nReceived: from a by b;\n\tMon, 2 Mar 2026 10:00:01 +0300\n"
    )
    assert parse(trace + b"From: a@x\n" + date + b"\nx")["sent_at"] == "2026-03-02T10:00:01+03:00"


def test_a_trace_without_a_time_is_no_date():
    assert parse(b"Received: from a by b\nFrom: a@x\n\nx")["sent_at"] is None
    assert parse(b"Received: from a; soon\nFrom: a@x\nDate: later\n\nx")["sent_at"] == "later"


def test_a_thread_is_called_by_its_first_mail():
    def thread(headers: bytes) -> tuple[str, str | None]:
        row = parse(HEAD + b"Message-ID: <3@x>\r\n" + headers + b"\r\nhi")
        return row["thread_id"], row["in_reply_to"]

    assert thread(b"") == ("3@x", None)
    assert thread(b"In-Reply-To: <2@x>\r\n") == ("2@x", "2@x")
    assert thread(b"References: <1@x>\r\n <2@x>\r\nIn-Reply-To: Your message <2@x>\r\n") == ("1@x", "2@x")


def test_a_mail_without_an_id_is_called_by_its_content_whatever_its_line_ends():
    crlf = parse(HEAD + b"\r\nhi\r\n")["source_message_id"]
    assert crlf.startswith("sha256:")
    assert crlf == parse(HEAD.replace(b"\r\n", b"\n") + b"\nhi\n")["source_message_id"]
    assert crlf != parse(HEAD + b"\r\nho\r\n")["source_message_id"]


def test_recipients_are_to_cc_and_bcc_and_else_who_it_was_delivered_to():
    mail = b"From: a@x\nTo: b@x\nCc: c@x\nBcc: d@x\nDelivered-To: e@x\n\nhi"
    assert parse(mail)["recipients"] == ["b@x", "c@x", "d@x"]
    assert parse(b"From: a@x\nDelivered-To: e@x\n\nhi")["recipients"] == ["e@x"]


def part(kind: bytes, words: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"--p", b"Content-Type: " + kind, *headers, b"", words, b""])


@pytest.mark.parametrize(
    ("kind", "parts", "expected"),
    [
        (b"alternative", [part(b"text/plain", b"plain"), part(b"text/html", b"<p>page</p>")], "plain"),
        (b"alternative", [part(b"text/html", b"<p>page</p>")], "page"),
        (b"mixed", [part(b"text/plain", b"one"), part(b"text/plain", b"two")], "one\ntwo"),
        (b"mixed", [part(b"text/plain", b"x", b"Content-Disposition: attachment"), part(b"text/plain", b"y")], "y"),
        (b"mixed", [part(b"application/pdf", b"%PDF"), part(b"message/rfc822", b"From: z@x\r\n\r\nz")], None),
        (b"mixed", [part(b"text/plain", b"YQ==", b"Content-Transfer-Encoding: base64")], "a"),
        (b"mixed", [b"--p\r\n\r\nno headers\r\n"], "no headers"),
        (
            b"mixed",
            [b"--pq\r\n\r\nanother boundary\r\n", part(b"text/plain", b"mine\r\n--pq\r\nstill")],
            "mine\n--pq\nstill",
        ),
        (b"mixed", [b"no part at all"], "no part at all"),
    ],
)
def test_words_of_a_mail_in_parts(kind: bytes, parts: list[bytes], expected: str | None):
    mail = HEAD + b"Content-Type: multipart/" + kind + b'; boundary="p"\r\n\r\n' + b"".join(parts) + b"--p--\r\nafter"
    body = parse(mail)["body"]
    assert (body or "").replace("\n--p--\nafter", "").replace("--p--\nafter", "") == (expected or "")


def test_cut_base64_gives_what_is_there():
    mail = HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n0J/RgNC40LLQt\x00=!"
    assert parse(mail)["body"].startswith("Прив")


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"   "])
def test_an_empty_mail_says_so(raw: bytes):
    with pytest.raises(UnreadableMailError, match="an empty mail"):
        parse(raw)


@pytest.mark.parametrize("raw", [b"hello", b"X-A: 1\r\n\r\nhi", b"\x00\x01\x02", b"{}"])
def test_what_is_no_mail_says_so(raw: bytes):
    with pytest.raises(UnreadableMailError, match="not a mail"):
        parse(raw)
