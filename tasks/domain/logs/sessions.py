"""Groups of lines that belong together (a request, a block, a job) against groups of normal operation.

A group is unusual if a pattern occurs in it as often as in hardly any other, if patterns that always occur equally
often do not, if two patterns are in it that hardly ever met although by chance they should have, or if lines come in an
order in which they never did. More of everything that keeps pace is more work, nothing unusual.
"""

from collections import Counter
from collections.abc import Sequence

from tasks.domain.logs.anomaly import MIX, NEW_PATTERN, ORDER, RATE, VANISHED, Anomaly
from tasks.domain.logs.balances import Kind, kind_of
from tasks.domain.logs.normal_groups import Counts, Group, NormalGroups
from tasks.domain.logs.orders import ORDERS, Order

RAREST = (1 / 2_000, 1 / 10_000, 0.0)  # shares of the baseline below which something is rare, the strictest first
FALSE_ALARMS = 0.002  # what a share may cost in alarms on the last third of the baseline, which is normal too
BY_CHANCE = 7.0  # expected meetings from which on it says something that there were none (e^-7 < 0.001)
MOST_REASONS = 5


class Sessions:
    """What normal groups are like, and how strict to be: as the later part of the baseline bears, given the earlier."""

    def __init__(self, baseline: Sequence[Group]) -> None:
        """The baseline's groups are in time order. ValueError when there are none."""
        if not baseline:
            raise ValueError("the baseline holds no groups")
        self._normal, self._found = NormalGroups(baseline), dict[Kind, list[Anomaly]]()
        self._least, self._orders = 1.0, list[Order]()
        earlier, later = baseline[: len(baseline) * 2 // 3], baseline[len(baseline) * 2 // 3 :]
        if earlier:
            trial, allowed = NormalGroups(earlier), FALSE_ALARMS * len(later)
            kinds = Counter(map(kind_of, later))
            rarities = [(_rarity(trial, dict(kind))[0], number) for kind, number in kinds.items()]
            for share in RAREST:
                if sum(number for rarity, number in rarities if rarity < max(1.0, share * len(earlier))) <= allowed:
                    self._least = max(1.0, share * len(baseline))
                    break
            runs = [Counter(map(tuple, groups)) for groups in (baseline, earlier, later)]
            for order in ORDERS:
                before = order(runs[1])
                if sum(number for group, number in runs[2].items() if before.new(group)) <= allowed:
                    self._orders.append(order(runs[0]))

    def judge(self, group: Group) -> list[Anomaly]:
        """Why a group is unusual, the strongest first; empty when it is normal."""
        kind = kind_of(group)
        if kind not in self._found:
            self._found[kind] = self._unlike(dict(kind))
        found = self._found[kind]
        for order in () if found else self._orders:
            if new := order.new(tuple(group)):
                reason = order.told.format(*(one or "the end" for one in new[0]))
                return [Anomaly(ORDER, self._normal.surprise(0), reason, new[0][1])]
        return found

    def _unlike(self, counts: Counts) -> list[Anomaly]:
        normal, found, as_usual = self._normal, list[Anomaly](), self._normal.as_usual(counts)
        for pattern in {*normal.patterns, *counts}:
            alike, count = normal.like(pattern, as_usual.get(pattern, 0)), counts.get(pattern, 0)
            if alike < self._least:
                kind = RATE if count else VANISHED
                kind = kind if pattern in normal.patterns else NEW_PATTERN
                reason = f"{pattern} occurs {count} times, usually {normal.usual(pattern)}"
                found.append(Anomaly(kind, normal.surprise(alike), reason, pattern))
        if not found:
            found = [Anomaly(MIX, one.surprise, one.told(counts), one.first) for one in normal.balances.broken(counts)]
        if not found:
            rarest, patterns = _rarity(normal, counts)
            if rarest < self._least:
                reason = " and ".join(f"{one} {counts.get(one, 0)} times" for one in patterns)
                found.append(Anomaly(MIX, normal.surprise(rarest), f"{reason} hardly ever meet", patterns[0]))
        return sorted(found, key=lambda one: (one.kind != NEW_PATTERN, -one.score, one.pattern))[:MOST_REASONS]


def _rarity(normal: NormalGroups, counts: Counts) -> tuple[int, tuple[str, ...]]:
    """In how many normal groups the rarest of a group's counts, or pairs of counts, occurred; and its patterns."""
    as_usual = normal.as_usual(counts)
    names = {*normal.patterns, *counts}
    rarest: tuple[int, tuple[str, ...]] = min((normal.like(one, as_usual.get(one, 0)), (one,)) for one in names)
    # Of what keeps pace with others its balance is the better judge.
    alone = {one: normal.seen(one, counts.get(one, 0)) for one in names if counts.get(one) == as_usual.get(one)}
    for first in counts.keys() & alone.keys():
        for second, number in alone.items():
            if first != second and alone[first] * number >= BY_CHANCE * normal.size:
                rarest = min(rarest, (normal.meetings(first, second, counts), (first, second)))
    return rarest
