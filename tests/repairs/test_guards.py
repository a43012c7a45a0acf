"""What the database itself refuses about projects, votes and notices, whatever the program asks of it."""

import itertools

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.banking.town import AT
from tests.repairs.scene import (
    BUDGET_FEN,
    Scene,
    accepted,
    add_phases,
    general,
    make_scene,
    new_project,
    passed,
    published,
    voting,
)
from tests.staging import staged
from upkeep.publishing.models import PublicNotice
from upkeep.repairs import deciding
from upkeep.repairs.models import FacilityShare, ProjectEvent, ProjectHouse, RepairProject
from upkeep.repairs.stages import TRANSITIONS, ProjectKind, Stage
from upkeep.voting.models import Ballot, BallotChoice, Vote, VoteHouse
from upkeep.voting.queries import latest_vote

pytestmark = pytest.mark.django_db


scene = staged(make_scene)


def refuse(statement: str, *values: int, by_grant: bool = False) -> str:
    """The database's refusal of a statement."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    assert by_grant is ("permission denied" in str(refused.value))
    return str(refused.value)


class TestStages:
    def test_in_the_database_are_those_of_the_program(self, db: None) -> None:
        with connection.cursor() as cursor:
            for kind, before, after in itertools.product(ProjectKind, Stage, Stage):
                cursor.execute("select repairs_stage_may_follow(%s, %s, %s)", [kind, before, after])
                allowed = cursor.fetchone()[0]
                known = {(start, end) for (start, _), end in TRANSITIONS[kind].items()}
                assert allowed is (before is after or (before, after) in known), (kind, before, after)

    def test_cannot_be_jumped(self, scene: Scene) -> None:
        project = new_project(scene)

        assert "cannot follow" in refuse("update repairs_repairproject set stage = 'VOTING' where id = %s", project.pk)

    def test_begin_with_a_new_project(self, scene: Scene) -> None:
        project = new_project(scene)
        project.pk, project.number, project.stage = 1, "WX1", Stage.NOTICE

        with pytest.raises(IntegrityError, match="begins as NEW"), transaction.atomic():
            project.save(force_insert=True)


class TestShares:
    def test_that_miss_the_budget_by_a_fen_cannot_be_published(self, scene: Scene) -> None:
        project = new_project(scene)

        with pytest.raises(IntegrityError, match="do not add up"), transaction.atomic():
            RepairProject.objects.filter(pk=project.pk).update(stage=Stage.NOTICE, budget_fen=project.budget_fen + 1)

    def test_cannot_be_changed_taken_out_or_added_once_published(self, scene: Scene) -> None:
        project = published(scene)
        share = ProjectHouse.objects.filter(project=project).first()
        assert share is not None

        refuse("update repairs_projecthouse set share_fen = 0 where id = %s", share.pk, by_grant=True)
        assert "published" in refuse("delete from repairs_projecthouse where id = %s", share.pk)
        assert "published" in refuse(
            """insert into repairs_projecthouse
                   (id, project_id, house_id, area_dm2, fund_kind, share_fen, fund_fen, unit_fen, outside_fen,
                    outside_reason, shortfall_fen, ordered_fen, paid_fen, unit_ordered_fen, unit_paid_fen)
               select 1, project_id, 0, area_dm2, fund_kind, share_fen, fund_fen, unit_fen, outside_fen,
                      outside_reason, 0, 0, 0, 0, 0 from repairs_projecthouse where id = %s""",
            share.pk,
        )

    def test_belong_to_facilities_that_are_frozen_too(self, scene: Scene) -> None:
        project = published(scene)

        with pytest.raises(DatabaseError, match="published"), transaction.atomic():
            FacilityShare.objects.filter(work__project=project).delete()
        assert "published" in refuse("delete from repairs_projectfacility where project_id = %s", project.pk)

    def test_of_the_merged_list_only_count_what_was_ordered_and_paid(self, scene: Scene) -> None:
        project = published(scene)

        assert "pays_at_most_its_share" in refuse(
            "update repairs_projecthouse set ordered_fen = fund_fen + 1 where project_id = %s", project.pk
        )
        assert "cannot change any more" in refuse(
            "update repairs_projecthouse set final_fen = 1, final_fund_fen = 1, final_unit_fen = 0,"
            " final_outside_fen = 0 where project_id = %s",
            project.pk,
        )


class TestPlan:
    def test_that_misses_what_the_fund_pays_cannot_be_published(self, scene: Scene) -> None:
        project = general(scene, phases=(1_000_000, BUDGET_FEN - 1_000_001))

        with pytest.raises(IntegrityError, match="does not add up"), transaction.atomic():
            RepairProject.objects.filter(pk=project.pk).update(stage=Stage.NOTICE)

    def test_is_frozen_once_published(self, scene: Scene) -> None:
        project = general(scene, phases=(1_000_000, BUDGET_FEN - 1_000_000))
        RepairProject.objects.filter(pk=project.pk).update(stage=Stage.NOTICE)

        refuse("update repairs_projectphase set amount_fen = 1 where project_id = %s", project.pk, by_grant=True)
        assert "follows the settlement" in refuse(
            "update repairs_projectphase set limit_fen = limit_fen + 1 where project_id = %s", project.pk
        )
        assert "published" in refuse("delete from repairs_projectphase where project_id = %s", project.pk)
        assert "pays_at_most_its_plan" in refuse(
            "update repairs_projectphase set requested_fen = amount_fen + 1 where project_id = %s", project.pk
        )

    def test_is_not_for_a_project_paid_at_once(self, scene: Scene) -> None:
        project = new_project(scene)
        add_phases(project, (BUDGET_FEN,))

        with pytest.raises(IntegrityError, match="has no plan"), transaction.atomic():
            RepairProject.objects.filter(pk=project.pk).update(stage=Stage.NOTICE)


class TestProjectRow:
    @pytest.mark.parametrize(
        "change",
        [
            "paid_fen = 1",
            "ordered_fen = 1",
            "settlement_fen = budget_fen - 1",
            "budget_fen = budget_fen + 1",
            "stage = 'TRANSFER'",
            "stage = 'REVIEW', ordered_fen = settlement_fen",
            "stage = 'REVIEW', settlement_fen = null",
        ],
    )
    def test_refuses_sums_that_its_stage_does_not_allow(self, scene: Scene, change: str) -> None:
        project = accepted(scene)

        refuse(f"update repairs_repairproject set {change} where id = %s", project.pk)

    def test_cannot_be_deleted(self, scene: Scene) -> None:
        refuse("delete from repairs_repairproject where id = %s", new_project(scene).pk, by_grant=True)

    def test_has_a_history_that_is_only_added_to(self, scene: Scene) -> None:
        event = ProjectEvent.objects.filter(project=new_project(scene)).first()
        assert event is not None

        refuse("update repairs_projectevent set note = '' where id = %s", event.pk, by_grant=True)
        refuse("delete from repairs_projectevent where id = %s", event.pk, by_grant=True)


class TestVote:
    def test_has_a_frozen_scope(self, scene: Scene) -> None:
        vote = latest_vote(voting(scene).source)
        house = VoteHouse.objects.filter(vote=vote).first()
        assert vote is not None and house is not None

        refuse("update voting_votehouse set area_dm2 = 1 where id = %s", house.pk, by_grant=True)
        with pytest.raises(DatabaseError, match="scope is frozen"), transaction.atomic():
            VoteHouse.objects.create(vote=vote, house_id=1, area_dm2=1, voter_key="owner:1")

    def test_never_changes_its_rule_or_totals(self, scene: Scene) -> None:
        vote = latest_vote(voting(scene).source)
        assert vote is not None

        assert "never change" in refuse("update voting_vote set total_people = 1 where id = %s", vote.pk)
        assert "never change" in refuse("update voting_vote set rule = '{}' where id = %s", vote.pk)

    def test_keeps_every_ballot_and_counts_the_last(self, scene: Scene) -> None:
        project = voting(scene)
        house_id = scene.house_ids[0]
        for choice in (BallotChoice.AGREE, BallotChoice.AGREE, BallotChoice.AGAINST):
            deciding.enter_results(project.pk, {house_id: choice}, by=scene.chair, at=AT)

        kept = list(Ballot.objects.order_by("revision").values_list("revision", "choice"))
        assert kept == [(1, "AGREE"), (2, "AGAINST")]
        refuse("update voting_ballot set choice = 'AGREE'", by_grant=True)

    def test_takes_no_ballot_once_decided(self, scene: Scene) -> None:
        passed(scene)
        ballot = Ballot.objects.first()
        assert ballot is not None

        with pytest.raises(DatabaseError, match="decided"), transaction.atomic():
            Ballot.objects.create(
                vote_house=ballot.vote_house,
                revision=2,
                choice=BallotChoice.AGAINST,
                channel="PAPER",
                by_user_id=scene.chair.user_id,
                at=AT,
            )
        assert "decided" in refuse("update voting_vote set state = 'FAILED' where id = %s", Vote.objects.get().pk)


class TestNotice:
    def test_stays_as_it_was_published(self, scene: Scene) -> None:
        published(scene)
        notice = PublicNotice.objects.get()

        refuse("update publishing_publicnotice set title = '' where id = %s", notice.pk, by_grant=True)
        refuse("delete from publishing_publicnotice where id = %s", notice.pk, by_grant=True)
