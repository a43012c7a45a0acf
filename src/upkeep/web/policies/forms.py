"""The forms in which a policy's value is typed: made from `setting` where the kind has settings, by hand for the others."""

from collections.abc import Mapping
from typing import Any

from django import forms

from upkeep.casework.procedure import Procedure, register
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import ORGANISATION, REVIEWERS, Role
from upkeep.policy.describing import PARTIES
from upkeep.policy.review_chain import MOST_DAYS, MOST_STEPS
from upkeep.policy.settings import Setting, settings_of
from upkeep.policy.shapes import SHAPES, Value
from upkeep.policy.voting_rule import PRESETS, rule_from_json
from upkeep.web.policies.reach import Place

_OWN_RULE = "OWN"
_YES_NO = (("yes", "是"), ("no", "否"))
#: More than so many choices stand in a list, not side by side.
_MOST_CARDS = 4


class WhenForm(forms.Form):
    """From which day, and by which document."""

    valid_from = DayField(label="生效日期", help_text="最早为今天；到这一天自动生效，之前仍按原内容办理")
    basis = forms.CharField(label="依据", max_length=200, help_text="文件名称和文号，例如：江房发〔2026〕12 号")


class SettingsForm(forms.Form):
    """The fields of a kind whose dataclass says what each is called and may hold."""

    def __init__(self, place: Place, value: Mapping[str, Any], data: Any = None) -> None:
        shape = SHAPES[place.kind].rule
        assert shape is not None
        self.about = settings_of(shape)
        self.types = {name: value[name] for name in self.about}
        super().__init__(data)
        for name, about in self.about.items():
            self.fields[name] = _field_for(about, value[name])

    def value(self) -> Value:
        """The typed value once the form is valid."""
        data = self.cleaned_data
        return {
            name: data[name] == "yes" if isinstance(before, bool) else data[name]
            for name, before in self.types.items()
        }

    def units(self) -> dict[str, str]:
        """What stands behind the box of a number."""
        return {name: about.unit for name, about in self.about.items() if about.unit}


def _field_for(about: Setting, value: object) -> forms.Field:
    common: dict[str, Any] = {"label": about.label, "help_text": about.help}
    if isinstance(value, bool):
        initial = "yes" if value else "no"
        return forms.ChoiceField(choices=_YES_NO, widget=forms.RadioSelect, initial=initial, **common)
    if isinstance(value, list):
        widget = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=about.choices, required=False, widget=widget, initial=value, **common)
    if isinstance(value, int):
        bounds = f"{about.least} 至 {about.most:,} 之间的整数"
        help_text = "；".join(filter(None, [about.help, bounds]))
        return forms.IntegerField(
            label=about.label, min_value=about.least, max_value=about.most, initial=value, help_text=help_text
        )
    if about.choices:
        return forms.ChoiceField(
            choices=about.choices,
            widget=forms.RadioSelect if len(about.choices) <= _MOST_CARDS else forms.Select,
            initial=value,
            **common,
        )
    return forms.CharField(max_length=20, initial=value, **common)


class ChainForm(forms.Form):
    """办理流程: who may start the procedure, and the steps in order; no step at all means that submitting decides."""

    def __init__(self, place: Place, value: Mapping[str, Any], data: Any = None) -> None:
        super().__init__(data)
        self.procedure: Procedure = register[place.scope]
        own = [role for role in self.procedure.starters if role not in ORGANISATION]
        offered = [*own, *(role for role in (*ORGANISATION, Role.OWNER) if role not in own)]
        self.fields["starters"] = forms.MultipleChoiceField(
            label="可以办理",
            choices=[(role.value, role.label) for role in offered],
            widget=forms.CheckboxSelectMultiple,
            initial=list(value.get("starters") or [role.value for role in self.procedure.starters]),
        )
        developer = (Role.DEVELOPER.value, dict(PARTIES)["developer"])
        deciders = [("", "（无）"), *((role.value, role.label) for role in REVIEWERS), developer]
        steps = list(value.get("steps", ()))
        for place_no in range(1, MOST_STEPS + 1):
            step = steps[place_no - 1] if place_no <= len(steps) else {}
            self.fields[f"who_{place_no}"] = forms.ChoiceField(
                label=f"第 {place_no} 环节", choices=deciders, required=False, initial=step.get("role", "")
            )
            self.fields[f"days_{place_no}"] = forms.IntegerField(
                label=f"第 {place_no} 环节期限",
                min_value=1,
                max_value=MOST_DAYS,
                required=False,
                initial=step.get("working_days"),
            )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        gap = False
        for place_no in range(1, MOST_STEPS + 1):
            who, days = data.get(f"who_{place_no}"), data.get(f"days_{place_no}")
            if who and gap:
                self.add_error(f"who_{place_no}", "请按顺序填写环节，中间不要留空")
            if who and not days and f"days_{place_no}" not in self.errors:
                self.add_error(f"days_{place_no}", "请填写期限")
            if days and not who:
                self.add_error(f"who_{place_no}", "请选择由谁办理，或清空期限")
            gap = gap or not who
        default = {step.role for step in self.procedure.default_chain().steps}
        chosen = {data.get(f"who_{place_no}") for place_no in range(1, MOST_STEPS + 1)}
        if Role.APPROVER in default and Role.APPROVER not in chosen:
            self.add_error(None, f"“{self.procedure.title}”涉及资金拨付，流程中须有“{Role.APPROVER.label}”环节")
        return data

    def value(self) -> Value:
        data = self.cleaned_data
        steps = [
            {
                "role": data[f"who_{place_no}"],
                "working_days": data[f"days_{place_no}"],
                "party": "developer" if data[f"who_{place_no}"] == Role.DEVELOPER else "",
            }
            for place_no in range(1, MOST_STEPS + 1)
            if data[f"who_{place_no}"]
        ]
        return {"starters": data["starters"], "steps": steps}

    def units(self) -> dict[str, str]:
        return {f"days_{place_no}": "个工作日" for place_no in range(1, MOST_STEPS + 1)}


class VotingForm(forms.Form):
    """表决规则: one the law knows, or fractions of the city's own."""

    rule = forms.ChoiceField(
        label="规则",
        choices=[*((code, rule.title) for code, rule in PRESETS.items()), (_OWN_RULE, "自定比例")],
        widget=forms.RadioSelect,
    )
    title = forms.CharField(label="规则名称", max_length=60, required=False, help_text="以下各项仅“自定比例”填写")
    joined_part = forms.IntegerField(label="参与表决：分子", min_value=0, max_value=100, required=False)
    joined_whole = forms.IntegerField(label="参与表决：分母", min_value=1, max_value=100, required=False)
    joined_inclusive = forms.BooleanField(label="参与表决：含本数（以上）", required=False)
    agreed_part = forms.IntegerField(label="同意：分子", min_value=1, max_value=100, required=False)
    agreed_whole = forms.IntegerField(label="同意：分母", min_value=1, max_value=100, required=False)
    agreed_inclusive = forms.BooleanField(label="同意：含本数（以上）", required=False)
    base = forms.ChoiceField(
        label="同意比例的基数",
        choices=[("JOINED", "参与表决的业主"), ("SCOPE", "列支范围内全体业主")],
        required=False,
    )

    _OWN_FIELDS = ("title", "joined_part", "joined_whole", "agreed_part", "agreed_whole", "base")

    def __init__(self, place: Place, value: Mapping[str, Any], data: Any = None) -> None:
        rule = rule_from_json(dict(value))
        super().__init__(
            data,
            initial={
                "rule": rule.code if rule == PRESETS.get(rule.code) else _OWN_RULE,
                "title": rule.title,
                "joined_part": rule.joined.numerator,
                "joined_whole": rule.joined.denominator,
                "joined_inclusive": rule.joined.inclusive,
                "agreed_part": rule.agreed.numerator,
                "agreed_whole": rule.agreed.denominator,
                "agreed_inclusive": rule.agreed.inclusive,
                "base": rule.base,
            },
        )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("rule") != _OWN_RULE:
            return data
        for name in self._OWN_FIELDS:
            if data.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, "选择“自定比例”时请填写")
        for what in ("joined", "agreed"):
            part, whole = data.get(f"{what}_part"), data.get(f"{what}_whole")
            if part is not None and whole is not None and part > whole:
                self.add_error(f"{what}_part", "分子不能大于分母")
        return data

    def value(self) -> Value:
        data = self.cleaned_data
        if data["rule"] != _OWN_RULE:
            return {"code": data["rule"]}
        fractions = {
            what: {
                "numerator": data[f"{what}_part"],
                "denominator": data[f"{what}_whole"],
                "inclusive": data[f"{what}_inclusive"],
            }
            for what in ("joined", "agreed")
        }
        return {"code": _OWN_RULE, "title": data["title"], "base": data["base"], "basis": "", **fractions}

    def units(self) -> dict[str, str]:
        return {}
