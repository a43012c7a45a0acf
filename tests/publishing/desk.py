"""Things for tests of the editor's desk: drafts, files, an article that is public."""

import datetime as dt
import io
import zipfile
from typing import Any

from PIL import Image

from tests.cast import AT, Cast
from upkeep.publishing import articles
from upkeep.publishing.files import Upload
from upkeep.publishing.models import Article, ArticleVersion, Column

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def office_file(part: str, *more: str) -> bytes:
    """The least that a workbook or a text document is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("[Content_Types].xml", part, *more):
            archive.writestr(name, "<x/>")
    return out.getvalue()


def picture(kind: str = "PNG") -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#557799").save(out, kind)
    return out.getvalue()


def draft(
    title: str = "首期交存标准调整的通知", *, column: Column = Column.NEWS, body: str = "各业主：\n\n自下月起。"
) -> articles.Draft:
    """What an editor typed."""
    return articles.Draft(column=column, title=title, source="江城市住宅专项维修资金管理中心", body=body)


def public(cast: Cast, title: str = "首期交存标准调整的通知", *, at: dt.datetime = AT, **more: Any) -> Article:
    """An article that the public reads."""
    version = written(cast, title, at=at, **more)
    articles.publish(version.pk, by=cast["demo-editor"], at=at)
    return version.article


def written(
    cast: Cast,
    title: str = "首期交存标准调整的通知",
    *,
    at: dt.datetime = AT,
    uploads: tuple[Upload, ...] = (),
    column: Column = Column.NEWS,
    body: str = "各业主：\n\n自下月起。",
) -> ArticleVersion:
    """An article that nobody but the desk reads."""
    return articles.begin(draft(title, column=column, body=body), uploads=uploads, by=cast["demo-editor"], at=at)
