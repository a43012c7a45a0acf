"""Which characters can be printed."""

import shutil
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest
from pytest_django import Settings

from upkeep.printing.fonts import font_folders, missing_glyphs


class TestMissingGlyphs:
    @pytest.mark.parametrize("text", ["张䶮伟", "犇喆堃龘㛃", "示范市江阳区（一期）A座 3-2　①", ""])
    def test_are_none_for_names_that_can_be_printed(self, text: str) -> None:
        assert missing_glyphs(text) == set()

    def test_are_named(self) -> None:
        assert missing_glyphs("吉𠮷\U000f0000祥") == {"𠮷", "\U000f0000"}

    def test_depend_on_the_fonts_of_the_installation(self, settings: Settings, tmp_path: Path) -> None:
        wheel = Path(pylopdf_fonts_zh_cn.__file__).parent
        shutil.copy(wheel / "NotoSerifSC-Regular.otf", tmp_path)
        settings.PDF_FONT_DIRS = [str(tmp_path)]

        assert font_folders() == (str(tmp_path),)
        assert missing_glyphs("张三") == set()
