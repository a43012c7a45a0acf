"""Events are declared once, whole, and speak only of what they are told."""

import pytest

from tests.messaging import events as _declared  # noqa: F401
from upkeep.messaging.events import IN_SITE, MissingValue, all_events, event, event_of, title_of


class TestAnEvent:
    def test_without_a_subject_is_headed_by_its_title(self) -> None:
        assert event_of("test_told").words({"number": "WY1"}) == ("办理进度", "业务单 WY1 已受理")

    def test_names_what_it_was_not_told(self) -> None:
        with pytest.raises(MissingValue, match="test_everywhere: number, office"):
            event_of("test_everywhere").words({"city": "江城市"})

    def test_leaves_braces_in_a_value_alone(self) -> None:
        assert event_of("test_told").words({"number": "{office}"})[1] == "业务单 {office} 已受理"

    def test_cannot_be_declared_twice_or_without_a_channel(self) -> None:
        with pytest.raises(ValueError, match="two events"):
            event("test_told", "再次", [IN_SITE], "再次")
        with pytest.raises(ValueError, match="no channel"):
            event("test_nowhere", "无处", [], "无处")
        assert "test_nowhere" not in {one.code for one in all_events()}

    @pytest.mark.parametrize("text", ["{}", "{0}", "{user.phone}"])
    def test_has_placeholders_that_are_plain_names(self, text: str) -> None:
        with pytest.raises(ValueError, match="no names of values"):
            event("test_braces", "括号", [IN_SITE], text)

    def test_that_is_gone_is_called_by_its_code(self) -> None:
        assert (title_of("test_told"), title_of("no_longer")) == ("办理进度", "no_longer")
