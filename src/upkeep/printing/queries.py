"""Which prints are kept. Who may see them is decided by what they are about: ask the owner of the subject."""

from django.db.models import QuerySet

from upkeep.printing.models import KeptPrint


def prints_of(*, subject: str) -> QuerySet[KeptPrint]:
    """The prints about a subject such as "case:123", newest first."""
    return KeptPrint.objects.filter(subject=subject)


def prints_numbered(*, number: str) -> QuerySet[KeptPrint]:
    """The prints under a number, newest first; for the page that confirms a form to a stranger."""
    return KeptPrint.objects.filter(number=number)
