"""How much of a phase may be requested: 69.99, 70.00 and 70.01 percent, the last phase, the first payment.

# covers: R8
"""

from dataclasses import replace

import pytest

from upkeep.policy.payout_gate import PayoutGate
from upkeep.repairs.gates import Room, Standing, room

BUDGET = 1_000_000
#: The second of three phases, the first of which is paid: 30 of 100 percent are requested.
NOW = Standing(
    budget_fen=BUDGET,
    limit_fen=BUDGET,
    requested_fen=300_000,
    phase_limit_fen=500_000,
    phase_requested_fen=0,
    first=False,
    last=False,
    accepted=False,
    untouched=False,
)
LAST = replace(NOW, requested_fen=600_000, phase_limit_fen=400_000, last=True)
JIANGMEN = PayoutGate()
NO_GATE = PayoutGate(accepted_beyond_percent=100, last_phase_needs_acceptance=False)


class TestSeventyPercent:
    @pytest.mark.parametrize(
        ("asked", "allowed"), [(399_900, True), (400_000, True), (400_001, False), (400_100, False)]
    )
    def test_itself_may_be_requested_and_not_a_fen_more(self, asked: int, allowed: bool) -> None:
        assert (asked <= room(NOW, JIANGMEN).most_fen) is allowed

    def test_of_a_budget_that_does_not_divide_is_rounded_down(self) -> None:
        now = replace(NOW, budget_fen=BUDGET + 1, limit_fen=BUDGET + 1)

        assert room(now, JIANGMEN).most_fen == 400_000

    def test_no_longer_matters_once_the_acceptance_is_public(self) -> None:
        assert room(replace(NOW, accepted=True), JIANGMEN) == Room(500_000)

    def test_leaves_nothing_where_more_is_requested_already(self) -> None:
        found = room(replace(NOW, requested_fen=710_000, phase_limit_fen=200_000), JIANGMEN)

        assert found.most_fen == 0 and "70%（7,000.00 元）" in found.why and "验收公示" in found.why

    def test_is_of_the_whole_budget_though_a_part_is_paid_outside_the_fund(self) -> None:
        now = replace(NOW, limit_fen=720_000, phase_limit_fen=420_000)

        assert room(now, JIANGMEN).most_fen == 400_000


class TestTheLastPhase:
    def test_waits_for_the_acceptance_and_its_notice(self) -> None:
        found = room(LAST, JIANGMEN)

        assert (found.most_fen, found.why) == (0, "末期拨付前须先完成项目验收并发布验收公示")

    def test_waits_even_where_it_stays_below_the_percentage(self) -> None:
        now = replace(LAST, requested_fen=100_000)

        assert room(now, JIANGMEN).most_fen == 0

    def test_is_free_afterwards_and_where_the_city_asks_for_nothing(self) -> None:
        assert room(replace(LAST, accepted=True), JIANGMEN) == Room(400_000)
        assert room(LAST, NO_GATE) == Room(400_000)


class TestTheFirstPayment:
    HALF = PayoutGate(accepted_beyond_percent=100, last_phase_needs_acceptance=False, first_payment_most_percent=50)

    def test_is_capped(self) -> None:
        now = replace(NOW, requested_fen=0, phase_limit_fen=800_000, first=True, untouched=True)

        found = room(now, self.HALF)
        assert found.most_fen == 500_000 and "首次拨付不超过预算总金额的 50%" in found.why

    def test_is_capped_together_with_its_other_requests(self) -> None:
        now = replace(NOW, phase_limit_fen=800_000, phase_requested_fen=300_000, first=True)

        assert room(now, self.HALF).most_fen == 200_000

    def test_cannot_be_made_larger_by_asking_for_the_second_phase_at_once(self) -> None:
        now = replace(NOW, untouched=True)

        assert room(now, self.HALF).most_fen == 200_000
        assert room(replace(now, untouched=False), self.HALF).most_fen == 500_000


class TestWhatIsLeft:
    def test_is_the_smaller_of_phase_and_project(self) -> None:
        assert room(replace(NOW, limit_fen=350_000), NO_GATE).most_fen == 50_000
        assert room(replace(NOW, phase_requested_fen=450_000), NO_GATE).most_fen == 50_000

    def test_may_be_nothing(self) -> None:
        assert room(replace(NOW, phase_requested_fen=500_000), NO_GATE) == Room(0, "该期计划金额已全部申请")
