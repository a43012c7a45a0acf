"""申请表: the application form of any procedure."""

import datetime as dt
from dataclasses import dataclass

from upkeep.printing.forms.parts import Section, SignBox, Table


@dataclass(frozen=True, kw_only=True)
class Application:
    """Sections of facts, lists, the papers handed in, a declaration and the boxes of those who sign."""

    applicant: str
    applied_on: dt.date | None
    sections: tuple[Section, ...]
    tables: tuple[Table, ...] = ()
    papers: tuple[str, ...] = ()
    declaration: str = "以上填报内容及所附要件真实、完整、有效，如有不实，愿承担相应法律责任。"
    signs: tuple[SignBox, ...] = ()
