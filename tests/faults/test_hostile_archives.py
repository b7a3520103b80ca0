"""Archives made to hurt: refused before anything is unpacked, in under two seconds and 200 MB, with the reason."""

import gzip
import io
import json
import os
import stat
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from otklik.intake.readers.archive import Limits, open_archive
from otklik.intake.readers.tabular import UnreadableDeliveryError
from tests.unit.readers.reader_delivery import deliver, slack_zip, zipped

MEGABYTE = 1 << 20
PROJECT = Path(__file__).parents[2]


def _refusal(folder: Path, content: bytes, limits: Limits | None = None) -> str:
    path = folder / "a.zip"
    path.write_bytes(content)
    with pytest.raises(UnreadableDeliveryError) as caught:
        _read_all(path, limits or Limits())
    return str(caught.value)


def _read_all(path: Path, limits: Limits) -> None:
    with open_archive(path, limits) as archive:
        for name in archive.names:
            with archive.open(name) as stream:
                while stream.read(MEGABYTE):
                    pass


def _bomb(n_bytes: int) -> bytes:
    """A member of nothing but zeros: deflate packs it a thousand times."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("import.jsonl", "w", force_zip64=True) as stream,
    ):
        for _ in range(n_bytes // MEGABYTE):
            stream.write(bytes(MEGABYTE))
    return target.getvalue()


def _overlapping(n: int) -> bytes:
    """Many members, one body: the directory points each of them at the same bytes."""
    whole = bytearray(zipped({f"g/2026-01-{i:02}.json": b"[]" * 3_000 for i in range(n)}))
    end = whole.rfind(b"PK\x05\x06")
    start = struct.unpack_from("<L", whole, end + 16)[0]
    position = start
    while whole[position : position + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<3H", whole, position + 28)
        struct.pack_into("<L", whole, position + 42, 0)
        position += 46 + name + extra + comment
    return bytes(whole)


def _with_mode(name: str, mode: int) -> bytes:
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = mode << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(member, "/etc/passwd")
    return target.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/cron.d/x",
        "a/../../x",
        "..\\..\\x",
        "/etc/passwd",
        "\\\\host\\share\\x",
        "C:\\Windows\\x",
        "C:x",
        "~/x",
        "CON",
        "logs/nul.json",
        "COM1.txt",
    ],
)
def test_names_that_leave_the_folder_are_refused(tmp_path: Path, name: str):
    assert _refusal(tmp_path, zipped({"ok.json": b"[]", name: b"x"})).startswith("refused: a member")


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_links_and_devices_are_refused(tmp_path: Path, mode: int):
    assert _refusal(tmp_path, _with_mode("x.json", mode)) == "refused: a member is a link or a device, not a file"


@pytest.mark.parametrize("names", [("a.json", "A.JSON"), ("\u00e9.json", "e\u0301.json"), ("stra\u00dfe", "STRASSE")])
def test_names_that_differ_in_case_alone_are_refused(tmp_path: Path, names: tuple[str, str]):
    assert "two members have one name" in _refusal(tmp_path, zipped(dict.fromkeys(names, b"x")))


def test_overlapping_members_are_refused(tmp_path: Path):
    assert _refusal(tmp_path, _overlapping(20)) == "refused: members of the archive lie over each other"


def test_a_member_that_unpacks_too_far_is_refused(tmp_path: Path):
    assert "more than 200 times" in _refusal(tmp_path, _bomb(64 * MEGABYTE))


def test_many_small_members_that_unpack_too_far_together_are_refused(tmp_path: Path):
    content = zipped({f"{i}.json": bytes(MEGABYTE) for i in range(20)})
    assert _refusal(tmp_path, content) == "refused: it unpacks to more than 200 times its packed size"


def test_stated_sizes_that_lie_do_not_unpack_more_than_stated(tmp_path: Path):
    content = bytearray(_bomb(8 * MEGABYTE))
    struct.pack_into("<L", content, content.rfind(b"PK\x01\x02") + 24, 1_000)

    assert "damaged" in _refusal(tmp_path, bytes(content))


def test_limits_are_those_given(tmp_path: Path):
    small = zipped({"a": b"1234567890", "b": b"1234567890"})

    assert "2 members; accepted are 1" in _refusal(tmp_path, small, Limits(members=1))
    assert "unpacks to 20 bytes; accepted are 15" in _refusal(tmp_path, small, Limits(total_bytes=15))
    assert "unpacks to 10 bytes; accepted are 5" in _refusal(tmp_path, small, Limits(member_bytes=5))
    assert "directory has" in _refusal(tmp_path, small, Limits(directory_bytes=50))
    assert "longer than 0 bytes" in _refusal(tmp_path, small, Limits(name_bytes=0))


def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path):
    inner = zipped({"export.zip": slack_zip()}, zipfile.ZIP_STORED)
    assert _refusal(tmp_path, inner) == "an archive within the archive is not opened"
    outcome = deliver(tmp_path, "slack", {"outer.zip": inner})

    assert outcome.counts == (1, 0, 0, 1)
    assert "it holds another archive, which is not opened" in outcome.quarantined("reason")[0][0]


def test_encrypted_members_are_refused(tmp_path: Path):
    content = bytearray(zipped({"a.json": b"[]"}))
    content[content.rfind(b"PK\x01\x02") + 8] |= 1

    assert "encrypted" in _refusal(tmp_path, bytes(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_knows_no_bound_is_refused(tmp_path: Path, method: int):
    assert "compression method" in _refusal(tmp_path, zipped({"a.json": b"[]"}, method))


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06", b"PK\x05\x06" + b"\xff" * 18, slack_zip()[:-30]])
def test_what_is_no_archive_says_so(tmp_path: Path, content: bytes):
    assert _refusal(tmp_path, content)


def test_a_flipped_bit_makes_another_delivery_and_not_the_same_one(tmp_path: Path):
    good = slack_zip()
    bad = bytearray(good)
    bad[60] ^= 0x10
    outcome = deliver(tmp_path, "slack", {"a-bad.zip": bytes(bad), "b-good.zip": good})

    assert len(outcome.loads) == 2, "the whole archive is loaded although a damaged one came first"
    assert outcome.counts == (6, 3, 0, 1)
    assert sum(outcome.left_out.values()) == 2


# a process of its own: the peak of this one is that of the hungriest test before
TAKE_IN = """
import json, resource, sys, time
from pathlib import Path
from tests.unit.readers.reader_delivery import deliver, slack_zip

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10

folder = Path(sys.argv[1])
# an ordinary delivery first, so that imports are not counted
(folder / "home of an ordinary one").mkdir()
deliver(folder / "home of an ordinary one", "slack", {"x.zip": slack_zip()})
before, fates = peak(), {}
for bomb in sorted(folder.glob("bomb *")):
    home = folder / ("home of " + bomb.name)
    home.mkdir()
    start = time.process_time()
    outcome = deliver(home, "mattermost", {bomb.name: bomb})
    seconds = time.process_time() - start
    fates[bomb.name] = (seconds, outcome.counts, outcome.quarantined("reason")[0][0])
print(json.dumps({"megabytes": peak() - before, "fates": fates}))
"""


def _gzip_bomb() -> bytes:
    """Four gigabytes of zeros: a `.gz` may be many of them, one behind the other."""
    return gzip.compress(bytes(64 * MEGABYTE)) * 64


def test_bombs_are_refused_in_two_seconds_and_200_mb(tmp_path: Path):
    zeros = _bomb(128 * MEGABYTE)
    inner = zipped({"a.zip": zeros}, zipfile.ZIP_STORED)
    bombs = {
        "bomb ratio.zip": zeros,
        "bomb overlap.zip": _overlapping(99),
        "bomb nested.zip": zipped({"import.jsonl": inner}, zipfile.ZIP_STORED),
        "bomb names.zip": zipped({f"{'x' * 400}{number}": b"" for number in range(30_000)}),
        "bomb members.zip": zipped({str(number): b"" for number in range(110_000)}),
        "bomb import.jsonl.gz": _gzip_bomb(),
    }
    for name, content in bombs.items():
        (tmp_path / name).write_bytes(content)
    # a file and not -c, which counts as interactive: DuckDB would draw its progress
    script = tmp_path / "take_in.py"
    script.write_text(TAKE_IN, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    command = [sys.executable, str(script), str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=300)
    told = json.loads(done.stdout)

    assert told["megabytes"] < 200
    assert {name: reason for name, (_, _, reason) in told["fates"].items()} == {
        "bomb ratio.zip": "refused: a member unpacks to more than 200 times its packed size",
        "bomb overlap.zip": "refused: members of the archive lie over each other",
        "bomb nested.zip": "an archive within the archive is not opened",
        "bomb names.zip": "refused: the archive's directory has 13518890 bytes; accepted are 12582912",
        "bomb members.zip": "refused: 110000 members; accepted are 100000",
        "bomb import.jsonl.gz": "refused: it unpacks to more than 200 times its packed size",
    }
    for name, (seconds, counts, _) in told["fates"].items():
        assert seconds < 2, name
        assert counts == [1, 0, 0, 1], name
