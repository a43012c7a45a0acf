"""The owners of one house as a form: name, kind and number of the paper, telephone, share; one row per owner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from upkeep.estate.kinds import IdKind
from upkeep.estate.models import Owner
from upkeep.estate.owner_shares import Shares, share_from_text, shares_from_texts
from upkeep.estate.owners import NewOwnership, OwnerDetails
from upkeep.kernel import checks
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import PhoneField
from upkeep.kernel.money import half_width
from upkeep.kernel.secrecy import lookup_hash

MOST_OWNERS = 20
#: Where the data of a case keep the rows, as they were typed.
OWNERS = "owners"


def tidy_number(kind: str, text: str) -> str:
    """The number of a paper without spaces, its check digit right. Raises: ValueError with the sentence to show."""
    if kind == IdKind.ID_CARD:
        return checks.id_number(text)
    if kind == IdKind.CREDIT_CODE:
        return checks.social_credit_code(text)
    number = "".join(half_width(text).split()).upper()
    if not 4 <= len(number) <= 30:
        raise ValueError("证件号码应为 4 到 30 位，请核对")
    return number


class OwnerForm(forms.Form):
    """One owner: a person by his paper, or an organisation by its social credit code."""

    name = forms.CharField(label="业主姓名或名称", max_length=100)
    id_kind = forms.ChoiceField(label="证件类型", choices=IdKind.choices, initial=IdKind.ID_CARD)
    id_number = forms.CharField(label="证件号码", max_length=40)
    phone = PhoneField(label="联系电话")
    share = forms.CharField(label="份额", max_length=20, required=False)

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            if one.required:
                one.error_messages["required"] = f"请填写{one.label}"
        for name, hint in (("share", "如 1/2 或 50%"), ("id_number", "单位填写统一社会信用代码")):
            self.fields[name].widget.attrs["placeholder"] = hint

    def clean_name(self) -> str:
        return "".join(str(self.cleaned_data["name"]).split()) or str(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("id_number") and data.get("id_kind"):
            try:
                data["id_number"] = tidy_number(data["id_kind"], data["id_number"])
            except ValueError as wrong:
                self.add_error("id_number", str(wrong))
        return data

    def clean_share(self) -> str:
        text = str(self.cleaned_data["share"]).strip()
        if text:
            try:
                share_from_text(text)
            except ValueError as wrong:
                raise ValidationError(str(wrong)) from None
        return text

    def details(self) -> OwnerDetails:
        """Who it is, once the form is valid."""
        data = self.cleaned_data
        return OwnerDetails(
            name=data["name"], id_kind=IdKind(data["id_kind"]), id_number=data["id_number"], phone=data["phone"]
        )


@dataclass(frozen=True)
class NamedOwners:
    """What the rows say: the new owners, and all that is wrong with them. `forms` has the sentences at their boxes."""

    forms: Sequence[OwnerForm]
    new: tuple[NewOwnership, ...]
    joint: bool
    problems: tuple[Problem, ...]


def row_forms(rows: Sequence[Mapping[str, Any]], *, bound: bool) -> list[OwnerForm]:
    """A form per row; at least one, which is empty."""
    found = []
    for place, row in enumerate(list(rows)[:MOST_OWNERS] or [{}]):
        prefix = f"owner{place}"
        if bound:
            found.append(OwnerForm({f"{prefix}-{key}": value for key, value in row.items()}, prefix=prefix))
        else:
            found.append(OwnerForm(initial={key: value for key, value in row.items() if value}, prefix=prefix))
    return found


def sent_rows(sent: Mapping[str, Any]) -> list[dict[str, str]]:
    """The rows of a form that was sent, as typed."""
    rows = []
    for place in range(MOST_OWNERS):
        if f"owner{place}-name" not in sent:
            break
        rows.append({key: str(sent.get(f"owner{place}-{key}", ""))[:200] for key in OwnerForm.base_fields})
    return rows


def read_owners(rows: Sequence[Mapping[str, Any]]) -> NamedOwners:
    """Check the rows one by one and against each other."""
    found = row_forms(rows, bound=True)
    problems = [
        Problem(OWNERS, f"业主{place}：{text}" if len(found) > 1 else str(text))
        for place, form in enumerate(found, start=1)
        for texts in form.errors.values()
        for text in texts
    ]
    if problems:
        return NamedOwners(found, (), False, tuple(problems))
    details = [form.details() for form in found]
    numbers = [(one.id_kind, one.id_number) for one in details]
    if len(set(numbers)) != len(numbers):
        return NamedOwners(found, (), False, (Problem(OWNERS, "有两位业主的证件号码相同，请核对"),))
    try:
        shares = shares_from_texts([form.cleaned_data["share"] for form in found])
    except ValueError as wrong:
        return NamedOwners(found, (), False, (Problem(OWNERS, str(wrong)),))
    return NamedOwners(found, _ownerships(details, shares), shares.joint, ())


def _ownerships(details: Sequence[OwnerDetails], shares: Shares) -> tuple[NewOwnership, ...]:
    return tuple(NewOwnership(one, ppm) for one, ppm in zip(details, shares.ppm, strict=True))


def known_otherwise(details: Sequence[OwnerDetails], *, city_id: int) -> set[tuple[str, str]]:
    """The kind and hash of the numbers that the city has under another name: mistyped, here or there."""
    named = {(one.id_kind.value, lookup_hash(one.id_number)): one.name for one in details}
    kinds = (IdKind.ID_CARD, IdKind.CREDIT_CODE)
    found = Owner.objects.filter(
        jurisdiction_id=city_id, id_kind__in=kinds, id_hash__in=[key[1] for key in named]
    ).values_list("id_kind", "id_hash", "name")
    names: dict[tuple[str, str], set[str]] = {}
    for kind, number, name in found:
        names.setdefault((kind, number), set()).add(name)
    return {key for key, known in names.items() if key in named and named[key] not in known}
