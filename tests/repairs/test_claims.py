"""A house in a repair project cannot leave the register, and the refusal names the project.

# covers: E6 E8
"""

import pytest

from tests.repairs.scene import make_scene, published
from upkeep.casework.models import Case
from upkeep.estate.leaving import leaving_problems

pytestmark = pytest.mark.django_db


class TestAHouseOfAPublishedProject:
    def test_may_not_leave_and_the_project_is_named(self) -> None:
        scene = make_scene()
        project = published(scene)

        problems = list(leaving_problems(Case(pk=1), scene.houses[:1], area_id=scene.town.area.pk))

        assert len(problems) == 1
        assert f"有未办结的维修项目（维修项目 {project.number} {project.title}）" in problems[0].text
