"""The stages of a repair project, and the only moves between them, by kind. The database refuses every other."""

from django.db import models


class ProjectKind(models.TextChoices):
    """项目类型 (manual 004 §1.3.1–1.3.3; 003 §4.2)."""

    GENERAL = "GENERAL", "一般维修"
    EMERGENCY = "EMERGENCY", "紧急维修"
    SIMPLE = "SIMPLE", "简单拨付"
    ORDER = "ORDER", "维修支取任务单"


class Stage(models.TextChoices):
    """项目阶段: what the project has reached."""

    NEW = "NEW", "新建"
    NOTICE = "NOTICE", "立项公示"
    VOTING = "VOTING", "业主表决"
    PASSED = "PASSED", "表决通过"
    APPLICATION = "APPLICATION", "立项审核"
    DISBURSING = "DISBURSING", "资金拨付"
    ACCEPTED = "ACCEPTED", "项目验收"
    SUPPLEMENT = "SUPPLEMENT", "补充表决"
    ACCEPTANCE_NOTICE = "ACCEPTANCE_NOTICE", "验收公示"
    REVIEW = "REVIEW", "申请审核"
    TRANSFER = "TRANSFER", "资金划转"
    FINISHED = "FINISHED", "完结"
    CANCELLATION = "CANCELLATION", "撤销公示"
    CANCELLED = "CANCELLED", "已撤销"


class ProjectMove(models.TextChoices):
    """项目动作."""

    CREATE = "CREATE", "新建项目"
    EDIT = "EDIT", "修改项目"
    DROP = "DROP", "删除草稿"
    PUBLISH = "PUBLISH", "发布立项公示"
    OPEN_VOTE = "OPEN_VOTE", "发起业主表决"
    FAIL_VOTE = "FAIL_VOTE", "表决未通过"
    PASS_VOTE = "PASS_VOTE", "表决通过"
    APPLY = "APPLY", "提交申请"
    TAKE_BACK = "TAKE_BACK", "申请退回或撤回"
    APPROVE = "APPROVE", "审核通过"
    REQUEST = "REQUEST", "申请拨付"
    REQUEST_BACK = "REQUEST_BACK", "拨付申请退回或撤回"
    ORDER = "ORDER", "拨付审核通过，冻结资金"
    PAY = "PAY", "银行付款成功"
    REVERSE = "REVERSE", "银行付款冲正"
    ACCEPT = "ACCEPT", "项目验收"
    PUBLISH_ACCEPTANCE = "PUBLISH_ACCEPTANCE", "发布验收公示"
    FINISH = "FINISH", "拨付完成，项目完结"
    CLEAR = "CLEAR", "清退到账"
    PUBLISH_CANCELLATION = "PUBLISH_CANCELLATION", "发布撤销公示"
    VOID_ORDER = "VOID_ORDER", "作废未付的付款通知"
    CANCEL = "CANCEL", "撤销项目"


Moves = dict[tuple[Stage, ProjectMove], Stage]

_DRAFT: Moves = {
    (Stage.NEW, ProjectMove.EDIT): Stage.NEW,
    (Stage.NEW, ProjectMove.DROP): Stage.CANCELLED,
}
_PUBLISHED: Moves = _DRAFT | {(Stage.NEW, ProjectMove.PUBLISH): Stage.NOTICE}
_VOTED: Moves = {
    (Stage.NOTICE, ProjectMove.OPEN_VOTE): Stage.VOTING,
    (Stage.VOTING, ProjectMove.FAIL_VOTE): Stage.NOTICE,
    (Stage.VOTING, ProjectMove.PASS_VOTE): Stage.PASSED,
}
_MONEY = (
    ProjectMove.REQUEST,
    ProjectMove.REQUEST_BACK,
    ProjectMove.ORDER,
    ProjectMove.PAY,
    ProjectMove.REVERSE,
    ProjectMove.CLEAR,
)
#: One application and one payment (004 §1.3.3; 003 §4.2): approved, everything is ordered, and paid order by order.
_PAID_AT_ONCE: Moves = {
    (Stage.REVIEW, ProjectMove.APPROVE): Stage.TRANSFER,
    **{(Stage.TRANSFER, move): Stage.TRANSFER for move in _MONEY},
    (Stage.TRANSFER, ProjectMove.FINISH): Stage.FINISHED,
    (Stage.FINISHED, ProjectMove.REVERSE): Stage.TRANSFER,
    (Stage.FINISHED, ProjectMove.CLEAR): Stage.TRANSFER,
}
#: The stages in which money goes out phase by phase. What each payment needs beforehand, the gates say (拨付规则).
#: A project in one of these is never past its deadline (超期): over, or being cancelled.
NEVER_OVERDUE = (Stage.FINISHED, Stage.CANCELLATION, Stage.CANCELLED)
PAYING = (Stage.DISBURSING, Stage.ACCEPTED, Stage.SUPPLEMENT, Stage.ACCEPTANCE_NOTICE)
_PAID_BY_PHASE: Moves = {
    (Stage.APPLICATION, ProjectMove.APPROVE): Stage.DISBURSING,
    **{(stage, move): stage for stage in PAYING for move in _MONEY},
    (Stage.DISBURSING, ProjectMove.ACCEPT): Stage.ACCEPTED,
    (Stage.ACCEPTED, ProjectMove.ACCEPT): Stage.ACCEPTED,
    (Stage.ACCEPTED, ProjectMove.PUBLISH_ACCEPTANCE): Stage.ACCEPTANCE_NOTICE,
    # A city that asks for no acceptance is done when all is paid.
    (Stage.DISBURSING, ProjectMove.FINISH): Stage.FINISHED,
    (Stage.ACCEPTANCE_NOTICE, ProjectMove.FINISH): Stage.FINISHED,
    (Stage.FINISHED, ProjectMove.REVERSE): Stage.ACCEPTANCE_NOTICE,
    (Stage.FINISHED, ProjectMove.CLEAR): Stage.ACCEPTANCE_NOTICE,
}
#: 004 §1.3.1 第七步: a settlement above the budget is decided by the owners once more.
_SUPPLEMENT: Moves = {
    (Stage.ACCEPTED, ProjectMove.OPEN_VOTE): Stage.SUPPLEMENT,
    (Stage.SUPPLEMENT, ProjectMove.FAIL_VOTE): Stage.ACCEPTED,
    (Stage.SUPPLEMENT, ProjectMove.PASS_VOTE): Stage.ACCEPTED,
}


def _cancelled(kind_moves: Moves) -> Moves:
    """004 §1.3.5: 撤销项目 is possible at every stage, after its notice and once what was paid has come back."""
    reached = {stage for stage, _ in kind_moves} - {Stage.NEW, Stage.FINISHED}
    published: Moves = {
        (stage, ProjectMove.PUBLISH_CANCELLATION): Stage.CANCELLATION for stage in Stage if stage in reached
    }
    ended = (ProjectMove.REQUEST_BACK, ProjectMove.PAY, ProjectMove.REVERSE, ProjectMove.CLEAR, ProjectMove.VOID_ORDER)
    return (
        kind_moves
        | published
        | {(Stage.CANCELLATION, move): Stage.CANCELLATION for move in ended}
        | {(Stage.CANCELLATION, ProjectMove.CANCEL): Stage.CANCELLED}
    )


#: General: 立项公示 → 表决 → 立项申请 → 拨付 → 验收 → 验收公示 → 末期拨付. Emergency: the same without the vote.
#: Simple: 立项公示 → 表决 → 验收 → 验收公示 → 立项与拨付合并申请 → 划转. A failed vote goes back to the notice.
#: Order: 提交 → 审核 → 划转; one returned or withdrawn is closed, the next is a new one.
TRANSITIONS: dict[ProjectKind, Moves] = {
    ProjectKind.GENERAL: _cancelled(
        _PUBLISHED
        | _VOTED
        | _PAID_BY_PHASE
        | _SUPPLEMENT
        | {
            (Stage.PASSED, ProjectMove.APPLY): Stage.APPLICATION,
            (Stage.APPLICATION, ProjectMove.TAKE_BACK): Stage.PASSED,
        }
    ),
    ProjectKind.EMERGENCY: _cancelled(
        _PUBLISHED
        | _PAID_BY_PHASE
        | {
            (Stage.NOTICE, ProjectMove.APPLY): Stage.APPLICATION,
            (Stage.APPLICATION, ProjectMove.TAKE_BACK): Stage.NOTICE,
        }
    ),
    ProjectKind.SIMPLE: _cancelled(
        _PUBLISHED
        | _VOTED
        | _PAID_AT_ONCE
        | {
            (Stage.PASSED, ProjectMove.ACCEPT): Stage.ACCEPTED,
            (Stage.ACCEPTED, ProjectMove.PUBLISH_ACCEPTANCE): Stage.ACCEPTANCE_NOTICE,
            (Stage.ACCEPTANCE_NOTICE, ProjectMove.APPLY): Stage.REVIEW,
            (Stage.REVIEW, ProjectMove.TAKE_BACK): Stage.ACCEPTANCE_NOTICE,
        }
    ),
    ProjectKind.ORDER: _cancelled(
        _DRAFT
        | _PAID_AT_ONCE
        | {
            (Stage.NEW, ProjectMove.APPLY): Stage.REVIEW,
            (Stage.REVIEW, ProjectMove.TAKE_BACK): Stage.CANCELLED,
        }
    ),
}

Step = tuple[str, frozenset[Stage]]

_VOTE_STEP: Step = ("业主表决", frozenset({Stage.NOTICE, Stage.VOTING}))
_PAY_STEPS: tuple[Step, ...] = (
    ("资金拨付", frozenset({Stage.DISBURSING})),
    ("项目验收", frozenset({Stage.ACCEPTED, Stage.SUPPLEMENT})),
    ("末期拨付", frozenset({Stage.ACCEPTANCE_NOTICE})),
)
_NEW: Step = ("新建项目", frozenset({Stage.NEW}))

#: The steps as people count them, for the progress bar: title and the stages in which the step is the present one.
STEPS: dict[ProjectKind, tuple[Step, ...]] = {
    ProjectKind.GENERAL: (
        _NEW,
        _VOTE_STEP,
        ("立项申请", frozenset({Stage.PASSED, Stage.APPLICATION})),
        *_PAY_STEPS,
    ),
    ProjectKind.EMERGENCY: (
        _NEW,
        ("立项申请", frozenset({Stage.NOTICE, Stage.APPLICATION})),
        *_PAY_STEPS,
    ),
    ProjectKind.SIMPLE: (
        _NEW,
        _VOTE_STEP,
        ("项目验收", frozenset({Stage.PASSED})),
        ("验收公示", frozenset({Stage.ACCEPTED})),
        ("立项与拨付申请", frozenset({Stage.ACCEPTANCE_NOTICE, Stage.REVIEW})),
        ("资金划转", frozenset({Stage.TRANSFER})),
    ),
    ProjectKind.ORDER: (
        ("填写任务单", frozenset({Stage.NEW})),
        ("审核", frozenset({Stage.REVIEW})),
        ("资金划转", frozenset({Stage.TRANSFER})),
    ),
}
