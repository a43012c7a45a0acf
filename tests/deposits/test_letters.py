"""欠款催缴通知单: recorded when asked for, printed as one file, told to owners, handed out again.

# covers: D8
"""

import datetime as dt
import io
from typing import Any

import pypdf
import pytest
from django.db import DatabaseError, connection, transaction

from tests.banking.town import AT, Town, new_house
from tests.deposits.further_scene import TODAY, bind, by_floor, make_scene
from tests.tasks.test_runner import nobody_holds, wait_for, worker
from tests.web.pages import do_work
from upkeep.banking.models import PaySlip
from upkeep.deposits import letters
from upkeep.deposits.arrears import register_arrears
from upkeep.deposits.letters import NothingOwed, demand, keep_letter
from upkeep.deposits.models import DemandLetter, LetterBatch
from upkeep.jobs.models import Job
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.messaging.models import Outbox
from upkeep.printing.actions import content_of
from upkeep.printing.models import KeptPrint

DEADLINE = TODAY + dt.timedelta(days=30)


def ask(town: Town, **changes: Any) -> LetterBatch:
    values: dict[str, Any] = {"area": town.area, "deadline": DEADLINE, "by": town.people["clerk"], "at": AT}
    return demand(**(values | changes))


def pages_of(kept: KeptPrint) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(content_of(kept)))
    return ["".join(page.extract_text().split()) for page in reader.pages]


def owing(*left_fen: int, **more: Any) -> Town:
    town = make_scene(left_fen=left_fen, **more)
    register_arrears(on=TODAY)
    return town


@pytest.mark.django_db
class TestABatchOfLetters:
    def test_is_recorded_with_what_is_owed_by_whom_and_until_when(self) -> None:
        town = owing(0, 100_000)

        batch = ask(town)

        assert (batch.letter_count, batch.total_fen) == (2, 885_330 + 785_330)
        assert (batch.asked_by_name, batch.asked_at, batch.deadline) == ("员工clerk", AT, DEADLINE)
        rows = DemandLetter.objects.order_by("house__floor").values_list(
            "addressee", "owed_fen", "balance_fen", "since"
        )
        assert list(rows) == [("业主0", 885_330, 0, TODAY), ("业主1", 785_330, 100_000, TODAY)]

    def test_is_printed_by_its_job_as_one_file_a_page_for_each(self) -> None:
        town = owing(0, 100_000)
        batch = ask(town)

        job = do_work()

        batch.refresh_from_db()
        assert job.state == "DONE" and (job.result or {})["next"] == f"/deposits/letters/{batch.number}/"
        assert batch.printed is not None
        pages = pages_of(batch.printed)
        assert len(pages) == 2
        for page, letter in zip(pages, letters.letters_of(batch), strict=True):
            assert f"编号：{letter.number}" in page and f"{letter.addressee}（1栋1单元{letter.house.room}）：" in page
            assert "欠款催缴通知单" in page and "2026年12月20日" in page

    def test_printed_again_hands_out_the_same_file(self) -> None:
        town = owing(0)
        batch = ask(town)
        first = letters.print_batch(batch.pk, by_id=None, at=AT)

        assert letters.print_batch(batch.pk, by_id=None, at=AT + dt.timedelta(days=1)) == first
        assert KeptPrint.objects.count() == 1

    def test_of_hundreds_is_printed_in_a_process_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(letters, "_MANY", 1)
        town = owing(0, 100_000)

        kept = letters.print_batch(ask(town).pk, by_id=None, at=AT)

        assert kept.pages == 2
        assert "应补交金额¥8,853.30" in pages_of(kept)[1] + pages_of(kept)[0]

    def test_gives_one_letter_again_by_itself(self) -> None:
        town = owing(0, 100_000)
        ask(town)
        letter = DemandLetter.objects.order_by("pk")[1]

        kept = keep_letter(letter, by_id=None, at=AT)

        assert (kept.number, kept.pages) == (letter.number, 1)
        assert keep_letter(letter, by_id=None, at=AT) == kept

    def test_tells_owners_with_a_telephone(self) -> None:
        town = owing(0, 0)

        ask(town)

        sent = list(Outbox.objects.filter(event="further.demanded"))
        assert len(sent) == 2
        assert all("江南名邸1栋1单元" in one.body and "8,853.30 元，请于2026年12月20日前" in one.body for one in sent)

    def test_goes_to_the_house_where_nobody_is_recorded(self) -> None:
        town = owing(0, owned=False)

        ask(town)

        letter = DemandLetter.objects.get()
        assert (letter.addressee, letter.told) == ("房屋产权人", False)

    def test_with_slips_names_the_number_to_pay_by(self) -> None:
        town = owing(0, 100_000, owned=False)
        bind(town, by_floor(town)[:1])

        ask(town, with_slips=True)

        slip = PaySlip.objects.get(purpose="further_deposit")
        assert (slip.total_fen, slip.expires_on) == (885_330, DEADLINE)
        assert list(DemandLetter.objects.order_by("house__floor").values_list("slip_number", flat=True)) == [
            slip.number,
            "",
        ]

    def test_is_for_the_chosen_houses_alone(self) -> None:
        town = owing(0, 0, 0)

        assert ask(town, house_ids=[by_floor(town)[1].pk]).letter_count == 1

    def test_is_refused_without_arrears_in_the_past_and_beyond_what_one_file_holds(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town = owing(0, 0)
        paid = by_floor(town)[3]

        with pytest.raises(NothingOwed):
            ask(town, house_ids=[paid.pk])
        with pytest.raises(HasProblems):
            ask(town, deadline=TODAY)
        monkeypatch.setattr(letters, "MOST", 1)
        with pytest.raises(Refusal, match="一次最多催缴 1 户，本次有 2 户"):
            ask(town)
        assert not DemandLetter.objects.exists()

    def test_is_never_rewritten(self) -> None:
        town = owing(0)
        letters.print_batch(ask(town).pk, by_id=None, at=AT)

        for sql in (
            "update deposits_demandletter set owed_fen = 1",
            "delete from deposits_demandletter",
            "update deposits_letterbatch set deadline = deadline + 1",
            "update deposits_letterbatch set printed_id = null",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)


@pytest.mark.commits
@pytest.mark.slow
class TestAPrintWhoseWorkerIsKilled:
    def test_is_done_by_the_next_worker_with_the_same_letters(self, database_url: str) -> None:
        town = owing(*[0] * 300, houses=[new_house(floor=n, room=f"{n}01") for n in range(1, 301)])
        batch = ask(town)
        numbers = list(DemandLetter.objects.order_by("pk").values_list("number", flat=True))
        asked = batch.job_id or 0

        with worker(database_url) as process:
            wait_for(lambda: Job.objects.get(pk=asked).note.startswith("正在"), seconds=60)
            process.kill()
            process.wait()
        wait_for(lambda: nobody_holds(database_url, asked))

        assert LetterBatch.objects.get().printed is None
        with worker(database_url, "--once") as process:
            assert process.wait(timeout=120) == 0
        done = LetterBatch.objects.select_related("printed").get()
        assert done.printed is not None and done.printed.pages == 300
        assert list(DemandLetter.objects.order_by("pk").values_list("number", flat=True)) == numbers
        assert KeptPrint.objects.count() == 1
        assert Job.objects.get(pk=asked).attempts == 2
