"""The stages of a repair project, and the only moves between them. The database refuses every other."""

from django.db import models


class ProjectKind(models.TextChoices):
    """项目类型."""

    SIMPLE = "SIMPLE", "简单拨付"


class Stage(models.TextChoices):
    """项目阶段: what the project has reached."""

    NEW = "NEW", "新建"
    NOTICE = "NOTICE", "立项公示"
    VOTING = "VOTING", "业主表决"
    PASSED = "PASSED", "表决通过"
    ACCEPTED = "ACCEPTED", "项目验收"
    ACCEPTANCE_NOTICE = "ACCEPTANCE_NOTICE", "验收公示"
    REVIEW = "REVIEW", "申请审核"
    TRANSFER = "TRANSFER", "资金划转"
    FINISHED = "FINISHED", "完结"


class ProjectMove(models.TextChoices):
    """项目动作."""

    CREATE = "CREATE", "新建项目"
    EDIT = "EDIT", "修改项目"
    PUBLISH = "PUBLISH", "发布立项公示"
    OPEN_VOTE = "OPEN_VOTE", "发起业主表决"
    FAIL_VOTE = "FAIL_VOTE", "表决未通过"
    PASS_VOTE = "PASS_VOTE", "表决通过"
    ACCEPT = "ACCEPT", "项目验收"
    PUBLISH_ACCEPTANCE = "PUBLISH_ACCEPTANCE", "发布验收公示"
    APPLY = "APPLY", "提交立项与拨付申请"
    TAKE_BACK = "TAKE_BACK", "申请退回或撤回"
    APPROVE = "APPROVE", "审核通过，冻结资金"
    PAY = "PAY", "银行付款成功"
    FINISH = "FINISH", "拨付完成，项目完结"
    REVERSE = "REVERSE", "银行付款冲正"


#: 004 §1.3.3: 立项公示 → 表决 → 验收 → 验收公示 → 立项与拨付合并申请 → 划转. A failed vote goes back to the notice.
TRANSITIONS: dict[tuple[Stage, ProjectMove], Stage] = {
    (Stage.NEW, ProjectMove.EDIT): Stage.NEW,
    (Stage.NEW, ProjectMove.PUBLISH): Stage.NOTICE,
    (Stage.NOTICE, ProjectMove.OPEN_VOTE): Stage.VOTING,
    (Stage.VOTING, ProjectMove.FAIL_VOTE): Stage.NOTICE,
    (Stage.VOTING, ProjectMove.PASS_VOTE): Stage.PASSED,
    (Stage.PASSED, ProjectMove.ACCEPT): Stage.ACCEPTED,
    (Stage.ACCEPTED, ProjectMove.PUBLISH_ACCEPTANCE): Stage.ACCEPTANCE_NOTICE,
    (Stage.ACCEPTANCE_NOTICE, ProjectMove.APPLY): Stage.REVIEW,
    (Stage.REVIEW, ProjectMove.TAKE_BACK): Stage.ACCEPTANCE_NOTICE,
    (Stage.REVIEW, ProjectMove.APPROVE): Stage.TRANSFER,
    (Stage.TRANSFER, ProjectMove.PAY): Stage.TRANSFER,
    (Stage.TRANSFER, ProjectMove.FINISH): Stage.FINISHED,
    (Stage.TRANSFER, ProjectMove.REVERSE): Stage.TRANSFER,
    (Stage.FINISHED, ProjectMove.REVERSE): Stage.TRANSFER,
}

#: The steps as people count them, for the progress bar: title and the stages in which the step is the present one.
STEPS: tuple[tuple[str, frozenset[Stage]], ...] = (
    ("新建项目", frozenset({Stage.NEW})),
    ("业主表决", frozenset({Stage.NOTICE, Stage.VOTING})),
    ("项目验收", frozenset({Stage.PASSED})),
    ("验收公示", frozenset({Stage.ACCEPTED})),
    ("立项与拨付申请", frozenset({Stage.ACCEPTANCE_NOTICE, Stage.REVIEW})),
    ("资金划转", frozenset({Stage.TRANSFER})),
)
