"""Log patterns: what is one kind of line, whatever the software that wrote it."""

import pytest

from tasks.domain.logs.miner import OTHER, Miner, Pattern
from tasks.domain.logs.reader import Reader

SAME = {
    "numbers": ["took 35 ms", "took 1.2 s"],
    "ids": ["order a7f3-22 shipped", "order 0bb1 shipped"],
    "UUIDs": ["job 0c9a5b0e-7d2b-4c1a-9a51-3f1d7b8e2c11 done", "job ffffffff-0000-4000-8000-1234567890ab done"],
    "addresses": ["peer 10.0.0.1:80 left", "peer fe80::1:2:3:4 left"],
    "hosts with ports": ["dialing db.example.org:5432 again", "dialing cache.example.net:6379 again"],
    "paths": ["cannot open /var/lib/x.db", "cannot open ./y"],
    "Windows paths": [r"loaded C:\Program\a.dll", r"loaded D:\b\c.dll"],
    "URLs": ["fetched https://example.org/a?b=c", "fetched http://localhost:8080/"],
    "mail": ["bounced alice@example.org", "bounced bob.b@mail.example.com"],
    "moments": ["started at Mon Nov 02 10:00:00 2026", "started at Tue Dec 15 23:59:59 2026"],
    "quoted values": ['unknown flag "dark mode"', "unknown flag 'x'"],
    "assigned values": ["cfg mode=fast retries=3", "cfg mode= retries=12"],
    "nested assigned values": ["lock owner=Thread{12} held", "lock owner=null held"],
    "lists of values": ["shards 1, 2, 3 moved", "shards 9 moved"],
    "empty brackets": ["caller 1.2.3.4 (host7.example.org) hung up", "caller 1.2.3.4 () hung up"],
    "quantities": ["sent 1301 bytes (1.27 KB), life <1 sec", "sent 0 bytes, life 01:02"],
    "requests": ['"GET /a HTTP/1.1" 200', '"GET /b/c?d=1 HTTP/2.0" 404'],
    "escaped quotes": [r'pull failed: "no image \"shop:1.2\""', 'pull failed: "denied"'],
    "values of dots and stars": ["paid card=****1234", "paid card=__none__"],
    "Windows paths with spaces": [r"loaded C:\Program Files\Shop X\a.dll twice", r"loaded D:\b.dll twice"],
    "nothing after a colon": ["peers joined: , left: 1, 2", "peers joined: 3, left: 4"],
    "rates": ["copied at 3.1 MB/s", "copied at 17 kB/s"],
    "absent values": ["10.0.0.1 - - [1] done", "10.0.0.9 - alice [2] done"],
    "values that are absent between others": ["lb 10.0.0.1:80 0.1 0.2 up", "lb 0.1 - 0.2 up", "lb 1 - - 2 up"],
    "identifiers": ["waiting for ShareLock on row 3", "waiting for ExclusiveLock on row 9"],
    "names with dots": ["upstream a, server: example.org", "upstream a, server: shop.example.net"],
    "hosts of syslog": ["Nov 21 10:00:00 web01 sshd[12]: bye", "Nov  2 23:59:59 db-primary sshd[4]: bye"],
    "new syslog": ["<34>1 2026-11-21T22:14:15.003Z a.example.org shop - up", "<34>1 2026-11-21T22:14:16Z b shop - up"],
    "lines of code": ["I1121 10:00:00.123456   1 sync.go:224] started", "I1122 11:00:00.123456 17 sync.go:7] started"],
    "names in lists": ["hosts [web, db, cache] up", "hosts [mail, db] up"],
    "values of one structure": ["moved Disk(id=1, at=x), Disk(id=2, at=y)", "moved Disk(id=3, at=z)"],
    "users at hosts": ["bye worker@db-primary, then", "bye shop@cache, then"],
    "lines of code behind a program": [
        "Nov 21 10:00:00 a kubelet[1]: I1121 10:00:00.123456 1 sync.go:224] started",
        "I1121 10:00:00.123456 1 sync.go:7] started",
    ],
    "missing values": ["peers joined: ", "peers joined: 3, 4"],
    "missing values in brackets": ["reached ada (10.0.0.1) twice", "reached ada twice"],
    "colours": ["\x1b[32mINFO\x1b[0m shop open", "INFO shop open"],
}
APART = {
    "verbs": ["cache warmed", "cache dropped"],
    "requests": ['"GET /a HTTP/1.1" 200', '"DELETE /a HTTP/1.1" 200'],
    "reasons": ["mount failed: no such device", "mount failed: permission denied"],
    "identifiers that a message is about": ["[3] open_shop orders", "[7] close_shop orders"],
    "exceptions": ["job failed: acme.TimeoutError", "job failed: acme.QuotaError"],
    "quoted messages": [
        'I1121 10:00:00.123456 1 a.go:2] "Pod added" pod="a"',
        'I1121 10:00:00.123456 1 a.go:2] "Pod removed"',
    ],
    "levels before a program": ["Nov 21 10:00:00 ERROR shop: closed", "Nov 21 10:00:00 INFO shop: closed"],
    "programs": [f"{name} started" for name in ("cron", "sshd", "ntpd", "cupsd", "syslogd")],
}


def assigned(lines: list[str], miner: Miner | None = None) -> list[Pattern]:
    miner = miner or Miner()
    numbers = Reader(miner).numbers("".join(f"{line}\n" for line in lines).encode())
    miner.settle()
    return [miner.pattern(number) for number in numbers]


@pytest.mark.parametrize("lines", SAME.values(), ids=SAME)
def test_what_differs_in_values_alone_is_one_pattern(lines: list[str]) -> None:
    assert len(set(assigned(lines))) == 1


@pytest.mark.parametrize("lines", APART.values(), ids=APART)
def test_what_says_something_else_is_another_pattern(lines: list[str]) -> None:
    assert len(set(assigned(lines))) == len(lines)


def test_a_word_that_varies_is_a_value() -> None:
    names = ["alice", "bob", "carol", "dave"]
    found = assigned([f"access denied for {name} on reports" for name in names])
    assert {one.template for one in found} == {"access denied for <*> on reports"}


def test_two_words_that_vary_at_once_are_values() -> None:
    pairs = [("ada", "oslo"), ("bea", "rome"), ("cyd", "lima"), ("dot", "bonn"), ("eve", "kiev")]
    found = assigned([f"traveller {name} has arrived in {town} without luggage" for name, town in pairs])
    assert {one.template for one in found} == {"traveller <*> has arrived in <*> without luggage"}


def test_a_name_that_is_assigned_to_elsewhere_introduces_a_value() -> None:
    found = assigned(["login user=root ok", "session opened for user root", "session opened for user news"])
    assert found[1] == found[2]


def test_a_word_that_is_a_value_elsewhere_is_a_value() -> None:
    names = ["alice", "bob", "carol", "dave"]
    found = assigned([f"access denied for {name} on reports" for name in names] + ["bye alice, then", "bye dave, then"])
    assert {one.template for one in found[4:]} == {"bye <*>, then"}


def test_json_and_key_value_records_are_what_their_message_says() -> None:
    one, two, three, four = assigned(
        [
            '{"time": 1, "level": "error", "message": "order 17 lost", "trace": "a1"}',
            '{"time": 2, "level": "error", "message": "order 4 lost", "trace": "b2", "extra": {"deep": []}}',
            'ts=1 level=warn msg="retrying in 3s" peer=a',
            'ts=2 level=warn msg="giving up" peer=b',
        ]
    )
    assert one == two == Pattern(one.id, "error order <*> lost")
    assert (three.template, four.template) == ("warn retrying in <*>", "warn giving up")


RECORDS = {
    "Serilog": '{"@t": "2026", "@mt": "order {Id} lost", "@m": "order 17 lost", "Id": 17}',
    "GELF": '{"version": "1.1", "host": "a", "short_message": "order 17 lost"}',
    "OpenTelemetry": '{"timeUnixNano": "1", "body": "order 17 lost", "attributes": []}',
    "a container's file": '2026-11-21T10:00:00.123456789Z stdout F {"msg": "order 17 lost"}',
}


@pytest.mark.parametrize("line", RECORDS.values(), ids=RECORDS)
def test_a_record_says_its_message_whatever_logger_wrote_it(line: str) -> None:
    assert assigned([line])[0].template == "order <*> lost"


def test_a_stack_trace_belongs_to_its_first_line() -> None:
    lines = [
        "ERROR order 5 failed",
        "java.lang.IllegalStateException: closed",
        "\tat acme.Orders.place(Orders.java:17)",
        "Caused by: java.io.IOException: broken pipe",
        "\t... 12 more",
        "order 6 placed",
        "ERROR order 7 failed",
        "Traceback (most recent call last):",
        '  File "orders.py", line 3, in place',
        "    raise Closed()",
        "acme.Closed: 7",
    ]
    found = assigned(lines)
    assert found[1] == found[2] == found[3] == found[4]
    assert found[6] == found[7] == found[8] == found[9] == found[0]
    assert len(set(found)) == 4


TRACES = {
    "Go": """panic: closed
[signal SIGSEGV: segmentation violation code=0x1]

goroutine 1 [running]:
main.(*Shop).open(0x0, 0xc00001)
\t/app/main.go:12 +0x1d
created by main.main in goroutine 1
\t/app/main.go:22 +0x20""",
    "JavaScript": """TypeError: x is undefined
    at open (/app/index.js:12:11) {
  code: 'ECLOSED'
}""",
    "Ruby": """NoMethodError (undefined method `open'):
  app/shop.rb:12:in `open'
  from bin/shop.rb:1:in `<main>'""",
    "Rust": """thread 'main' panicked at src/main.rs:4:5
stack backtrace:
   0: rust_begin_unwind
             at /rustc/abc/panicking.rs:584:5""",
    "PHP": """PHP Fatal error: Uncaught Exception: closed
Stack trace:
#0 /srv/shop.php(7): open()
#1 {main}
  thrown in /srv/shop.php on line 12""",
}


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_a_stack_trace_ends_where_the_next_message_begins(trace: str) -> None:
    lines = trace.split("\n")
    for head in ("", "2026-11-21T10:00:00.123Z stderr F "):
        *found, after = assigned([lines[0], *(f"{head}{line}" for line in lines[1:]), "shop open"])
        assert len(set(found)) == 1
        assert after.template == "shop open"


def test_ids_stay_when_a_pattern_grows_wider() -> None:
    first = assigned(["access denied for alice on reports"])[0]
    later = assigned([f"access denied for {name} on reports" for name in "bcdef"], Miner([first]))
    assert {one.id for one in later} == {first.id}
    assert {one.template for one in later} == {"access denied for <*> on reports"}
    assert assigned(["access denied for alice on reports"])[0] == first


def test_a_known_pattern_is_recognised() -> None:
    known = Pattern("abc", "user <*> logged in from <*>")
    assert assigned(["user zoe logged in from 10.0.0.1"], Miner([known])) == [known]


def test_a_million_kinds_of_lines_stay_within_bounds() -> None:
    letters = "abcdefghij"
    words = ["".join(letters[int(digit)] for digit in str(number)) for number in range(1000, 1400)]
    found = assigned([" ".join([word] * (2 + index % 7)) for index, word in enumerate(words)], Miner(most=100))
    assert len(set(found)) <= 101
    assert OTHER in {one.id for one in found}


def test_what_is_no_text_is_one_pattern() -> None:
    miner = Miner()
    numbers = Reader(miner).numbers(b"\x00\x01\x02\x03\xff\xfe\n\xff\xd8\xff\xe0\x00\x10JF\n")
    assert len({miner.pattern(number) for number in numbers}) == 1


def test_each_line_has_a_number_across_blocks_whatever_it_holds() -> None:
    reader, text = Reader(Miner()), b"a\r\n\n\x0b\xc2\x85\n" + b"x" * 1_000_000 + b"\n  at once\nlast"
    assert len(reader.numbers(text)) == 6
    assert len(reader.numbers(b"  at nothing\n")) == 1
    assert reader.numbers(b"") == []
