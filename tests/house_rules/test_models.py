"""Every model speaks Chinese to its users and says in English what it is."""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db.models import Field, Model
from django.utils import translation

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def our_models() -> list[type[Model]]:
    """The models of the product's packages."""
    return [model for model in apps.get_models() if model.__module__.startswith("upkeep.")]


def our_fields(model: type[Model]) -> Iterator[Field]:  # type: ignore[type-arg]
    """Its own fields but the key, which nobody is shown."""
    for field in model._meta.get_fields():
        if isinstance(field, Field) and not field.primary_key and not field.auto_created:
            yield field


class TestModel:
    def test_has_a_chinese_label_on_every_field(self) -> None:
        with translation.override("zh-hans"):
            unlabelled = [
                f"{model.__name__}.{field.name}"
                for model in our_models()
                for field in our_fields(model)
                if not _CHINESE.search(str(field.verbose_name))
            ]

        assert our_models()
        assert unlabelled == []

    def test_has_a_chinese_name(self) -> None:
        with translation.override("zh-hans"):
            unnamed = [model.__name__ for model in our_models() if not _CHINESE.search(str(model._meta.verbose_name))]

        assert unnamed == []

    def test_says_what_it_is(self) -> None:
        # Django writes "Name(field, …)" into the docstring of a model that has none.
        mute = [model.__name__ for model in our_models() if (model.__doc__ or "").startswith(f"{model.__name__}(")]

        assert mute == []
