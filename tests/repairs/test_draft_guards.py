"""What the database itself refuses about drafts, their papers and what is published of them."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.banking.town import AT
from tests.repairs.scene import Scene, basics, general, make_scene, published
from tests.repairs.test_guards import refuse
from upkeep.repairs import drafting
from upkeep.repairs.models import DraftPage, EmergencyCause, ProjectPaper, RepairProject, TypedPage
from upkeep.repairs.stages import ProjectKind, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def emergency(scene: Scene, cause: str) -> RepairProject:
    project = drafting.create_project(
        area_id=scene.town.area.pk, basics=basics(scene), by=scene.chair, at=AT, kind=ProjectKind.EMERGENCY
    )
    project = drafting.choose_houses(project.pk, house_ids=scene.house_ids, by=scene.chair, at=AT)
    RepairProject.objects.filter(pk=project.pk).update(emergency_cause=cause)
    return project


def publish_by_hand(project: RepairProject) -> None:
    with transaction.atomic():
        RepairProject.objects.filter(pk=project.pk).update(stage=Stage.NOTICE)


class TestADraft:
    def test_of_an_emergency_names_its_cause_before_it_is_published(self, scene: Scene) -> None:
        with pytest.raises(DatabaseError, match="names its cause"):
            publish_by_hand(emergency(scene, ""))
        with pytest.raises(DatabaseError, match="the plan 0 does not add up"):
            publish_by_hand(emergency(scene, EmergencyCause.LIFT))

    @pytest.mark.parametrize("lacking", ["content", "contractor", "budget_fen"])
    def test_says_of_every_facility_what_is_done_by_whom_for_how_much(self, scene: Scene, lacking: str) -> None:
        project = general(scene, phases=(3_876_543,))
        work = project.facilities.get()
        with connection.cursor() as cursor:
            cursor.execute("delete from repairs_projectfacility where id = %s", [work.pk])
        setattr(work, lacking, 0 if lacking == "budget_fen" else "")
        work.save(force_insert=True)

        with pytest.raises(DatabaseError, match="lacks its budget, content or contractor"):
            publish_by_hand(project)

    def test_with_a_page_that_is_not_mended_is_not_published(self, scene: Scene) -> None:
        project = general(scene, phases=(3_876_543,))
        drafting.keep_typed(project.pk, page=DraftPage.PLAN, typed={"a": "b"}, faults=1, by=scene.chair, at=AT)

        with pytest.raises(DatabaseError, match="is not mended"):
            publish_by_hand(project)

    def test_keeps_its_deadline_and_cause_once_published(self, scene: Scene) -> None:
        project = published(scene)

        for change in ("due_on = due_on + 1", "emergency_cause = 'LIFT'", "copied_from_id = id"):
            assert "published" in refuse(f"update repairs_repairproject set {change} where id = %s", project.pk)

    def test_takes_papers_and_typing_only_while_it_is_one(self, scene: Scene) -> None:
        project = published(scene)
        with pytest.raises(DatabaseError, match="published"), transaction.atomic():
            ProjectPaper.objects.create(
                project=project,
                name="a",
                path="b",
                size=1,
                sha256="c",
                uploaded_by_id=scene.chair.user_id,
                uploaded_at=AT,
            )
        with pytest.raises(DatabaseError, match="published"), transaction.atomic():
            TypedPage.objects.create(project=project, page=DraftPage.PLAN, typed={}, faults=1, kept_at=AT)
        refuse("update repairs_projectpaper set name = '' where project_id = %s", project.pk, by_grant=True)
