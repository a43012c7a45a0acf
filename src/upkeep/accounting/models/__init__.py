"""手工凭证, 期初建账 and 数据导出."""

from upkeep.accounting.models.export import DataExport, ExportKind
from upkeep.accounting.models.manual import ManualLine, ManualState, ManualVoucher
from upkeep.accounting.models.opening import Opening, OpeningFault, OpeningLine, OpeningState, OpeningTotal

__all__ = [
    "DataExport",
    "ExportKind",
    "ManualLine",
    "ManualState",
    "ManualVoucher",
    "Opening",
    "OpeningFault",
    "OpeningLine",
    "OpeningState",
    "OpeningTotal",
]
