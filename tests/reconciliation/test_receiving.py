"""A bank's statement comes in whole, once, and stays as it came.

# covers: F4
"""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from tests.banking.town import AT
from tests.reconciliation.scene import LATER, TODAY, TOMORROW, Scene, come_in, line, make_scene
from tests.staging import staged
from upkeep.kernel.errors import HasProblems
from upkeep.reconciliation.models import BankLine, BankStatement, Channel
from upkeep.reconciliation.receiving import StatementKept, receive

pytestmark = pytest.mark.django_db
scene = staged(make_scene)


def problems_of(scene: Scene, **changed: object) -> list[str]:
    """What a statement of one line is refused for."""
    wanted = {"day": TODAY, "opening_fen": 0, "closing_fen": 100, "lines": [line("A1", 100)]} | changed
    with pytest.raises(HasProblems) as refused:
        receive(custody_id=scene.custody.pk, channel=Channel.FILE, at=LATER, **wanted)  # type: ignore[arg-type]
    return [problem.text for problem in refused.value.problems]


class TestAStatement:
    def test_keeps_its_lines_in_order_with_money_out_negative(self, scene: Scene) -> None:
        kept = come_in(scene, [line(" a 1 ", 500, summary="交存"), line("A2", -200)], opening_fen=1_000)

        assert (kept.in_fen, kept.out_fen, kept.closing_fen, kept.line_count) == (500, 200, 1_300, 2)
        assert list(kept.lines.order_by("line_no").values_list("serial", "fen")) == [("A1", 500), ("A2", -200)]

    def test_that_comes_again_is_the_one_that_is_kept(self, scene: Scene) -> None:
        first = come_in(scene, [line("A1", 500), line("A2", 300)])
        again = come_in(scene, [line("A2", 300, summary="别的说法"), line("A1", 500)])

        assert again == first
        assert BankLine.objects.count() == 2

    def test_with_other_content_takes_the_place_of_one_nobody_has_worked_on(self, scene: Scene) -> None:
        first = come_in(scene, [line("P1", scene.slips[0].total_fen)])
        second = come_in(scene, [line("P1", scene.slips[0].total_fen), line("X9", 700)])

        assert BankStatement.objects.get(replaced_at__isnull=True) == second
        assert first.lines.filter(is_replaced=True, match=None).count() == 1
        assert scene.line("P1").match_id == scene.movement("P1").match_id is not None

    def test_without_a_line_is_a_day_on_which_nothing_moved(self, scene: Scene) -> None:
        assert come_in(scene, [], opening_fen=900).closing_fen == 900

    def test_of_which_the_sums_are_wrong_is_refused(self, scene: Scene) -> None:
        assert problems_of(scene, closing_fen=101) == [
            "期初余额 0.00 元加减各笔流水为 1.00 元，与期末余额 1.01 元不符，请核对是否缺少流水"
        ]

    def test_names_everything_that_is_wrong_at_once(self, scene: Scene) -> None:
        lines = [line("A1", 50), line("a1", 50), line("", 100, at=AT - dt.timedelta(days=1)), line("长", 1)]

        assert problems_of(scene, lines=lines, closing_fen=201) == [
            "第 2 笔：银行流水号 A1 与第 1 笔重复",
            "第 3 笔：缺少银行流水号",
            "第 3 笔：交易时间 2026-11-19 10:30 不在对账日期当天",
            "第 4 笔：银行流水号应为不超过 40 位的数字或字母",
        ]

    def test_of_a_day_to_come_is_refused(self, scene: Scene) -> None:
        day = TODAY + dt.timedelta(days=5)
        assert "对账日期 2026年11月25日在今天之后，请核对日期" in problems_of(scene, day=day, lines=[], closing_fen=0)

    def test_begins_with_what_the_day_before_ended_with(self, scene: Scene) -> None:
        come_in(scene, [line("A1", 500)])

        assert problems_of(scene, day=TOMORROW, lines=[], opening_fen=400, closing_fen=400) == [
            "期初余额 4.00 元与上一日对账单的期末余额 5.00 元不符，请与银行核对"
        ]

    def test_ends_with_what_the_day_after_begins_with(self, scene: Scene) -> None:
        come_in(scene, [], day=TOMORROW, opening_fen=500)

        assert problems_of(scene) == ["期末余额 1.00 元与下一日对账单的期初余额 5.00 元不符，请与银行核对"]

    def test_holds_no_serial_of_another_day(self, scene: Scene) -> None:
        come_in(scene, [line("A1", 500)])

        wrong = problems_of(scene, day=TOMORROW, lines=[line("A1", 5, at=LATER)], opening_fen=500, closing_fen=505)
        assert wrong == ["第 1 笔：流水号 A1 已在 2026年11月20日的对账单中"]


class TestWhatTheBankSaid:
    @pytest.mark.parametrize(
        "attack",
        [
            "update reconciliation_bankline set fen = 1",
            "update reconciliation_bankline set serial = 'Z'",
            "delete from reconciliation_bankline",
            "update reconciliation_bankstatement set closing_fen = closing_fen + 1, in_fen = in_fen + 1",
            "delete from reconciliation_bankstatement",
        ],
    )
    def test_cannot_be_changed_in_the_database(self, scene: Scene, attack: str) -> None:
        come_in(scene, [line("A1", 500)], matched=False)

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)

    def test_is_one_statement_for_a_day(self, scene: Scene) -> None:
        kept = come_in(scene, [line("A1", 500)])

        with pytest.raises(DatabaseError, match="statement_is_one_per_day"), transaction.atomic():
            kept.pk += 1
            kept.save(force_insert=True)


class TestAStatementWorkedOn:
    def test_is_not_replaced(self, scene: Scene) -> None:
        from_bank = come_in(scene, [line("X1", 500)]).lines.get()
        from_bank.acts.create(
            custody=scene.custody,
            kind="IN_TRANSIT",
            reason="等待通知单",
            until=TOMORROW,
            state="DONE",
            asked_at=LATER,
            asked_by_id=scene["accountant"].user_id,
            asked_by_name="郑会计",
        )

        with pytest.raises(StatementKept, match="2026年11月20日的对账单已经收到并处理过差异"):
            come_in(scene, [line("X1", 600)])
