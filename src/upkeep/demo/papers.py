"""Pictures that stand for scanned papers: plainly marked as samples, so that nobody takes them for real."""

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from upkeep.printing.fonts import font_folders


@lru_cache(maxsize=32)
def picture_of(title: str) -> bytes:
    """A page with the paper's title and the word 样例."""
    page = Image.new("RGB", (620, 877), "#fbfaf6")
    draw = ImageDraw.Draw(page)
    font = next(path for path in sorted(Path(font_folders()[0]).iterdir()) if path.suffix.lower() in (".otf", ".ttf"))
    big, small = (ImageFont.truetype(str(font), size) for size in (40, 24))
    draw.rectangle((30, 30, 590, 847), outline="#9aa3af", width=2)
    draw.text((310, 200), title, font=big, fill="#1f2937", anchor="mm")
    for line in range(9):
        draw.line((90, 320 + line * 48, 530, 320 + line * 48), fill="#d7dce3", width=2)
    draw.text((310, 780), "样例 · 演示环境", font=small, fill="#b42323", anchor="mm")
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
