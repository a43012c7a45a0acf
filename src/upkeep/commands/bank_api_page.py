"""docs/bank-api.md and docs/bank-api.openapi.json: what of them is made from the operations."""

from upkeep.bank_api.openapi import DESCRIPTION, fault_table, operation_table

DESCRIPTION_FILE = "bank-api.openapi.json"


def bank_api_page(page: str) -> str:
    """The page with its tables as the code has them now; the rest is written by hand."""
    for name, table in (("operations", operation_table()), ("faults", fault_table())):
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}{table}\n{end}{rest.partition(end)[2]}"
    return page


def bank_api_description() -> str:
    """The OpenAPI description as it is served."""
    return DESCRIPTION
