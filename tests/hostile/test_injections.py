"""Text that attackers wrote goes through the whole workflow, with a model that obeys them: nothing comes of it."""

import pytest
from injections import TEXTS
from places import PLACES, Place
from world import World

# Each text in several places, each place with several texts.
EACH = 3
NAMES = list(TEXTS)
CASES = [
    (place, NAMES[(number * EACH + more * 7) % len(NAMES)])
    for number, place in enumerate(PLACES)
    for more in range(EACH)
]


@pytest.mark.parametrize(("place", "name"), CASES, ids=[f"{place.__name__}-{name}" for place, name in CASES])
def test_whatever_is_written_anywhere_the_plan_is_the_policys_and_the_text_is_inert(
    world: World, place: Place, name: str
) -> None:
    world.endure(place(world, TEXTS[name].replace("VICTIM", world.victim.id)))


def test_the_corpus_has_at_least_sixty_cases_and_uses_every_text() -> None:
    assert len(set(CASES)) >= 60
    assert {name for _, name in CASES} == set(TEXTS)
