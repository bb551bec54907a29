"""replay: files of every usual kind, and whatever else stands in them."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from published import Json

from command.laptop import run
from command.recorded import KEYS, THREE, write

KINDS: dict[str, Callable[[list[Json]], bytes]] = {
    "lines": lambda events: "\n".join(map(json.dumps, events)).encode(),
    "lines with gaps": lambda events: "\r\n\r\n".join(["", *map(json.dumps, events), ""]).encode(),
    "lines with a mark": lambda events: b"\xef\xbb\xbf" + "\n".join(map(json.dumps, events)).encode(),
    "an array": lambda events: json.dumps(events).encode(),
    "an array over lines": lambda events: json.dumps(events, indent=2).encode(),
    "a CloudTrail file": lambda events: json.dumps({"Records": [one["detail"] for one in events]}).encode(),
    "a packed CloudTrail file": lambda events: gzip.compress(
        json.dumps({"Records": [one["detail"] for one in events]}).encode()
    ),
    "packed lines": lambda events: gzip.compress("\n".join(map(json.dumps, events)).encode()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_any_kind_gives_one_answer_per_event_in_order(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "events"
    file.write_bytes(KINDS[kind](THREE))
    answers = run("replay", file).lines
    assert [one["resources"][0]["id"] for one in answers] == [f"i-{number:017x}" for number in range(3)]


@pytest.mark.parametrize("indent", [None, 2])
def test_one_object_is_one_event(tmp_path: Path, indent: int | None) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(THREE[1], indent=indent))
    assert [one["classification"] for one in run("replay", file).lines] == ["FAILURE"]


def test_an_empty_file_holds_no_events(tmp_path: Path) -> None:
    for text in ("", "\n\n", "[]", '{"Records": []}'):
        (file := tmp_path / "none").write_text(text)
        assert run("replay", file) == run("replay", write(tmp_path))


NO_EVENTS = ["null", "42", '"text"', "[]", "[1]", "{}", '{"source": 1}', '{"detail": {}}']
NO_JSON = ["nonsense", "{", "[", "{'a': 1}", "\x00", '{"a": 1}}', "[" * 100_000, '"\ud800', "{" + '"a":{' * 2000]


@pytest.mark.parametrize("place", [0, 1, 3])
@pytest.mark.parametrize("line", NO_EVENTS + NO_JSON, ids=lambda line: line[:12].encode("ascii", "replace").decode())
def test_a_line_that_is_no_event_is_answered_in_its_place(tmp_path: Path, line: str, place: int) -> None:
    lines = [json.dumps(one) for one in THREE]
    lines.insert(place, line)
    (file := tmp_path / "events.jsonl").write_bytes("\n".join(lines).encode(errors="surrogatepass"))
    said = run("replay", file)
    assert (said.status, said.err) == (0, "")
    blocks = [one["block_reason"] for one in said.lines]
    assert blocks == ["MALFORMED" if number == place else None for number in range(4)]
    assert said.lines[place].keys() == KEYS


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"nonsense", "line 1: not JSON"),
        (b"nonsense\n[1,\n", "line 1: not JSON"),
        (b'{\n  "source": "aws.ec2",\n  "detail": }\n', "line 3: not JSON"),
        (b'{"a":\n"\xff"}', "line 2: not JSON"),
        (b"[" * 100_000, "line 1: not JSON"),
        (gzip.compress(b"{}" * 10_000)[:-12], "damaged"),
        (b"\x1f\x8bnonsense", ""),
    ],
)
def test_a_file_without_any_event_is_bad_input(tmp_path: Path, content: bytes, told: str) -> None:
    (file := tmp_path / "bad").write_bytes(content)
    said = run("replay", file)
    assert (said.status, said.out) == (2, "")
    [line] = said.err.splitlines()
    assert line.startswith(f"aiops: {file}: ")
    assert told in line


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
@pytest.mark.parametrize("option", [None, "--policy", "--against", "--managed"])
def test_a_file_that_cannot_be_read_is_bad_input(tmp_path: Path, name: str, option: str | None) -> None:
    events = write(tmp_path, *THREE)
    said = run("replay", events, option, tmp_path / name) if option else run("replay", tmp_path / name)
    assert (said.status, said.out, len(said.err.splitlines())) == (2, "", 1)
