"""What varies in a line by its look alone: numbers, ids, addresses, paths, moments, quoted and assigned values."""

import re

WILD = "<*>"

_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_CLOCK = r"\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?"
_UNIT = r"(?:[kKMGTP]i?B|[kKMG]bps|[mun]?s|[mhd]|secs?|seconds?|minutes?|mins?|hours?|days?|bytes?)\b"
_METHOD = r"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE)\s"  # "GET /path HTTP/1.1" says what is done
_QUOTED = rf"""(?:"(?!{_METHOD})[^"\\]{{0,200}}+(?:\\.[^"\\]{{0,200}}+){{0,20}}+"|'[^']{{0,200}}'(?!\w))"""
_NESTED = r"(?:\([^()]{0,200}\)|\[[^\[\]]{0,200}\]|\{[^{}]{0,200}\})"
_NAME = r"[^\s,;\"'<>()\[\]\\]{1,100}+"  # a word of a Windows path
_JOINED = r"(?:[.:_@/+~\#$-]+\w+)*"  # what goes on after a digit: 10.0.0.1:80, blk_-12, a1-b2

# Possessive (*+), bounded and anchored, so that no line takes more than linear time.
_VARIABLE = re.compile(
    rf"""(?<!\w) (?:  # nothing begins within a word: that alone halves the time
    (?<!\.) \d\w*{_JOINED} (?<=\d)(?=[\s,;)\]]|$) (?!\s?{_UNIT}|\s{_MONTH})  # a plain number: the usual case first
    | (?:{_DAY},?\s+)? (?:{_MONTH}\s+\d{{1,2}}|\d{{1,2}}\s+{_MONTH})\b ,?
        (?:\s+\d{{4}}\b)? (?:\s+{_CLOCK})? (?:\s+[A-Z]{{3,4}}\b)? (?:\s+\d{{4}}\b)?  # a date in words
    | [A-Za-z][A-Za-z0-9+.-]{{0,20}}://[^\s,;"'<>()\[\]]+  # a URL
    | {_QUOTED}
    | [\w.+-]{{1,64}}@[\w-]+(?:\.[\w-]+)*  # an e-mail address, a user at a host
    | (?<=[\w\])]=) (?:{_QUOTED}|[^\s,;()\[\]{{}}="']*+{_NESTED}?(?<!=)|(?=[\s,;)\]}}]|$))  # key=value, and key=
    | (?<!\.) (?:[A-Za-z]:\\(?:(?:{_NAME}\x20){{0,4}}{_NAME}\\)*+[^\s,;"'<>()\[\]]*
        |(?:~|\.{{1,2}})?/(?:[\w.@%+~:$\#/-]*[\w/])?(?:\?[^\s"']+)?)  # a path
    | [0-9A-Fa-f]{{1,4}}(?::{{1,2}}[0-9A-Fa-f]{{1,4}}){{3,}}\b  # MAC, IPv6
    | (?:(?<!<)[<>]=?\s?)? (?<!\w[./-]) [-+]?(?=[A-Za-z_./-]*+\d)\w+{_JOINED} (?:%|\s?{_UNIT})?  # a quantity
    | (?<![~-])(?<!\w\.) [A-Za-z_](?:[A-Za-z_~-]|\.(?=\w))*+\d\w*{_JOINED}  # an id: letters that go on in digits
    | (?:true|false|null|nil|None|True|False|NULL|TRUE|FALSE)\b
    )""",
    re.VERBOSE,
)
_EMPTY = re.compile(r"(?<!\w)([\[({])\s*([\])}])")
_LEADERS = re.compile(r"(?<!=)([.\-=*_#])\1\1+")
_GLUED = re.compile(
    r"(?<![\w~@#$.-])[\w~@#$.-]++<\*>[\w~@#$]*|(?<![\w.-])[\w-]++(?:\.[\w-]++)+:<\*>|<\*>(?:[\w~@#$]+(?:/\w+)*|(?:/\w+)+)"
)
_LISTED = re.compile(r"<\*>(?:(?:\s*[,;:|/]\s*|\s+(?:-\s+)*)<\*>|\s?\(<\*>\))+")

_NAMES = re.compile(r"\[[^\s\[\],]+(?:, [^\s\[\],]+)+\]")  # a list as programs print it: [web, db, cache]
_ALIKE = re.compile(r"(?<![\w.])([\w.]*+[(\[{][^()\[\]{}]{1,200}[)\]}])(?:[,;]\s?\1)+")  # Disk(id=<*>), Disk(id=<*>)


def mask(text: str) -> str:
    """The text with everything that varies by its look as <*>, and lists of such as one <*>."""
    # An empty bracket, and nothing after a colon, is an empty value; a row of dots or dashes only leads the eye.
    text = _LEADERS.sub(" ", _EMPTY.sub(r"\1<*>\2", text.replace(": ,", ": <*>,")))
    text = _LISTED.sub(WILD, _GLUED.sub(WILD, _VARIABLE.sub(WILD, text)))
    return _ALIKE.sub(r"\1", _NAMES.sub(f"[{WILD}]", text)) if ", " in text else text
