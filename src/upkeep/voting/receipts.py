"""The printed 表决回执: what an owner voted at one go."""

import datetime as dt

from upkeep.kernel.areas import square_metres
from upkeep.kernel.dates import to_the_minute
from upkeep.kernel.masking import mask_name
from upkeep.printing import actions as printing
from upkeep.printing.documents import Document
from upkeep.printing.forms.notices import BallotReceipt
from upkeep.printing.forms.parts import Fact, Table
from upkeep.printing.models import KeptPrint
from upkeep.printing.queries import prints_of
from upkeep.voting.models import Ballot, VoteReceipt

TITLE = "业主表决回执"


def keep_receipt(receipt: VoteReceipt, *, city: str, by_id: int | None, at: dt.datetime) -> KeptPrint:
    """The receipt as a kept print; printed once and handed out again."""
    kept = prints_of(subject=f"ballot:{receipt.pk}").first()
    return kept or printing.keep(document_of(receipt, city=city), by_id=by_id, at=at)


def document_of(receipt: VoteReceipt, *, city: str) -> Document:
    """What the receipt says. The name is masked: whoever checks the number sees no whole name."""
    vote = receipt.vote
    ballots = list(receipt.ballots.select_related("vote_house__house__building", "vote_house__house__area", "proxy"))
    area = ballots[0].vote_house.house.area.name
    return Document(
        form="ballot_receipt",
        title=TITLE,
        number=receipt.number,
        subject=f"ballot:{receipt.pk}",
        issuer="",
        city=city,
        data=BallotReceipt(
            facts=(
                Fact("物业区域", area),
                Fact("表决人", mask_name(receipt.name)),
                Fact("表决事项", vote.title, wide=True),
                Fact("表决时间", to_the_minute(receipt.at)),
                Fact("表决截止", to_the_minute(vote.closes_at)),
            ),
            votes=Table(
                title="表决意见",
                headers=("房屋", "专有面积（㎡）", "意见", "说明"),
                rows=tuple(
                    (
                        f"{one.vote_house.house.building.name}{one.vote_house.house.label}",
                        square_metres(one.vote_house.area_dm2),
                        one.get_choice_display(),
                        _remark(one),
                    )
                    for one in ballots
                ),
                aligns="lrcl",
            ),
            notes=(
                "截止前每套房屋可以修改一次，以最后一次提交的为准。",
                "本回执只证明表决意见已收到，不代表表决结果。",
            ),
        ),
    )


def _remark(ballot: Ballot) -> str:
    parts = []
    if ballot.online_place == 2:
        parts.append("修改后的意见")
    if ballot.proxy_id:
        parts.append("受托代投")
    return "；".join(parts) or "—"
