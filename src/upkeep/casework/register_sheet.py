"""The list of cases as a workbook."""

from collections.abc import Iterable, Iterator
from typing import Any

from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.kernel.dates import to_the_minute
from upkeep.sheets.kinds import Text
from upkeep.sheets.sheet import Column, Sheet


class CaseRegister(Sheet):
    """业务单清单: one row per case."""

    title = "业务单清单"
    columns = (
        Column(key="number", title="业务单编号", kind=Text(20), width=22),
        Column(key="procedure", title="业务类型", kind=Text(40), width=18),
        Column(key="channel", title="交易渠道", kind=Text(8), width=10),
        Column(key="subject", title="事项", kind=Text(200), width=36),
        Column(key="applicant", title="申请单位", kind=Text(100), width=30),
        Column(key="state", title="状态", kind=Text(12), width=10),
        Column(key="submitted", title="提交时间", kind=Text(20), width=18),
        Column(key="closed", title="办结时间", kind=Text(20), width=18),
    )

    @staticmethod
    def rows(cases: Iterable[Case]) -> Iterator[dict[str, Any]]:
        """The cells of each case."""
        for case in cases:
            organisation = case.applicant_organisation
            yield {
                "number": case.number,
                "procedure": register[case.procedure].title,
                "channel": case.get_channel_display(),
                "subject": case.subject,
                "applicant": organisation.name if organisation else "",
                "state": case.state_now.label,
                "submitted": to_the_minute(case.submitted_at) if case.submitted_at else "",
                "closed": to_the_minute(case.closed_at) if case.closed_at else "",
            }
