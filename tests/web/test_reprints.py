"""单据补打: what was printed for a case is found by number and type, by whoever sees the case and nobody else."""

# covers: Q2

import re

import pytest
from django.utils import timezone

from tests.cast import Cast
from tests.web.pages import client_of, text
from tests.web.test_cases import handed_in
from upkeep.casework import prints
from upkeep.casework.models import Case
from upkeep.printing.models import KeptPrint

pytestmark = pytest.mark.django_db
PAGE = "/cases/prints/"


def printed(cast: Cast, name: str = "云水谣") -> tuple[Case, KeptPrint]:
    case = handed_in(cast, name)
    return case, prints.keep(case, "application", by_id=None, at=timezone.now())


class TestThePrints:
    def test_are_found_by_number_and_type_and_printed_again_as_they_were(self, cast: Cast) -> None:
        case, kept = printed(cast)
        other, _ = printed(cast, "首苑")
        client = client_of(cast, "demo-developer")

        found = client.get(PAGE, {"q": case.number[-6:], "procedure": "area_collection"})

        assert case.number in text(found) and other.number not in text(found)
        [address] = re.findall(r'href="(/cases/[^"]+/prints/\d+/)"', found.content.decode())
        assert address.endswith(f"/{kept.pk}/")
        first, again = client.get(address).content, client.get(address).content
        assert first[:4] == b"%PDF" and first == again

    def test_are_not_those_of_another_type_or_number(self, cast: Cast) -> None:
        case, _ = printed(cast)
        client = client_of(cast, "demo-developer")

        for query in ({"procedure": "house_supplement"}, {"q": "没有"}):
            answer = text(client.get(PAGE, query))
            assert case.number not in answer and "没有符合条件的单据" in answer

    def test_survive_a_wrong_choice(self, cast: Cast) -> None:
        case, _ = printed(cast)

        assert case.number in text(client_of(cast, "demo-clerk").get(PAGE, {"procedure": "x", "page": "x"}))

    @pytest.mark.parametrize("who", ["more-developer2", "demo-company", "stranger-clerk"])
    def test_are_nobody_elses(self, cast: Cast, who: str) -> None:
        case, _ = printed(cast)

        assert case.number not in text(client_of(cast, who).get(PAGE))
