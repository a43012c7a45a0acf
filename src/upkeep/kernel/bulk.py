"""Many new rows at once by COPY, for tables whose rows come by the ten thousand."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, models, transaction

Prepare = Callable[[Any], Any]


def copy_in(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write new rows, each a value per field in the order of `fields`, without ever holding a model instance.

    The other columns take what the database defaults them to, so name every one that has no default there. Values go
    through the field (an encrypted one encrypts). Nothing is written where one row is refused. Raises: IntegrityError.
    """
    columns = [field for name in fields if isinstance(field := model._meta.get_field(name), models.Field)]
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.attname) for field in columns)
    prepared = {place: field.get_prep_value for place, field in enumerate(columns) if _prepares(field)}
    statement = f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN"
    with (
        transaction.atomic(),
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for row in _prepared(rows, prepared) if prepared else rows:
            copy.write_row(row)


def _prepared(rows: Iterable[Sequence[Any]], prepared: Mapping[int, Prepare]) -> Iterator[Sequence[Any]]:
    for row in rows:
        values = list(row)
        for place, prepare in prepared.items():
            values[place] = prepare(values[place])
        yield values


def _prepares(field: Any) -> bool:
    """Whether the field stores something else than the value itself; text and whole numbers are stored as they are."""
    plain = (models.Field.get_prep_value, models.CharField.get_prep_value, models.IntegerField.get_prep_value)
    return type(field).get_prep_value not in (*plain, models.ForeignKey.get_prep_value)
