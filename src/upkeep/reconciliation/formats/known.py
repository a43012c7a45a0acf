"""The formats a city can receive. A bank that sends another one is one more declaration here and one more sample in the tests."""

from upkeep.reconciliation.formats.declared import Amount, Format, Shape

#: 通用: what the template on the upload page looks like, for a bank that writes no file of its own.
PLAIN = Format(
    code="plain",
    title="通用明细（CSV，收入、支出分列，带余额）",
    shape=Shape.SEPARATED,
    fields={
        "day": "交易日期",
        "time": "交易时间",
        "serial": "流水号",
        "in_fen": "收入金额",
        "out_fen": "支出金额",
        "balance_fen": "余额",
        "counterparty": "对方户名",
        "summary": "摘要",
    },
    note="第一行为列名，金额以元为单位；UTF-8 或 GBK 编码均可。",
)

#: 网银导出: one amount column, a mark for the direction, dates without dashes.
MARKED = Format(
    code="marked",
    title="网银导出明细（CSV，借贷标志，带余额）",
    shape=Shape.SEPARATED,
    fields={
        "day": "交易日期",
        "time": "交易时间",
        "serial": "交易流水号",
        "direction": "借贷标志",
        "amount_fen": "交易金额",
        "balance_fen": "账户余额",
        "counterparty": "对方账户名称",
        "summary": "摘要",
    },
    day_pattern="%Y%m%d",
    time_pattern="%H%M%S",
    marks={"贷": "IN", "C": "IN", "借": "OUT", "D": "OUT"},
    note="借贷按银行记账方向：贷为收入，借为支出。",
)

#: 核心系统日终文件: fields between bars, a head record with the balances, amounts in fen.
BARRED = Format(
    code="barred",
    title="日终文件（竖线分隔，首行为账户余额）",
    shape=Shape.SEPARATED,
    separator="|",
    has_titles=False,
    amount=Amount.FEN,
    head_mark="H",
    head_fields={"day": 2, "opening_fen": 3, "closing_fen": 4},
    line_mark="D",
    fields={"serial": 1, "day": 2, "time": 3, "direction": 4, "amount_fen": 5, "counterparty": 6, "summary": 7},
    day_pattern="%Y%m%d",
    time_pattern="%H%M%S",
    marks={"1": "IN", "2": "OUT"},
    note="H|账号|日期|期初余额|期末余额；D|流水号|日期|时间|1 收入 2 支出|金额|对方户名|摘要；金额以分为单位。",
)

#: 定长文件: records of fixed width in bytes, GBK, as older core systems write them.
FIXED = Format(
    code="fixed",
    title="日终文件（定长记录，GBK）",
    shape=Shape.FIXED_WIDTH,
    encodings=("gb18030",),
    amount=Amount.FEN,
    head_mark="0",
    head_fields={"day": (31, 8), "opening_fen": (39, 16), "closing_fen": (55, 16)},
    line_mark="1",
    fields={
        "serial": (1, 30),
        "day": (31, 8),
        "time": (39, 6),
        "direction": (45, 1),
        "amount_fen": (46, 15),
        "counterparty": (61, 60),
        "summary": (121, 40),
    },
    day_pattern="%Y%m%d",
    time_pattern="%H%M%S",
    marks={"C": "IN", "D": "OUT"},
    note="首字节 0 为账户记录，1 为明细记录，9 为结束记录；位置按字节计。",
)

FORMATS: dict[str, Format] = {one.code: one for one in (PLAIN, MARKED, BARRED, FIXED)}
