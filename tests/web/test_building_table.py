"""What the building table sends back."""

from django.http import QueryDict

from upkeep.web.building_table import chosen_ids

# covers: E13


class TestChosenIds:
    def test_come_from_the_one_field_that_scripts_fill(self) -> None:
        assert chosen_ids(QueryDict("houses=3,1,2")) == [3, 1, 2]

    def test_come_from_the_boxes_of_the_list_without_scripts(self) -> None:
        assert chosen_ids(QueryDict("houses=3&houses=1")) == [3, 1]

    def test_are_each_there_once(self) -> None:
        assert chosen_ids(QueryDict("houses=3,3&houses=3")) == [3]

    def test_leave_out_what_is_no_number(self) -> None:
        assert chosen_ids(QueryDict("houses=,1,-2,x,3%20,%EF%BC%91,99999999999999999999")) == [1, 3]

    def test_are_none_when_nothing_was_chosen(self) -> None:
        assert chosen_ids(QueryDict("houses=")) == []
