"""The books (会计核算) after 财会〔2020〕7号: chart of accounts, what each event books, statements, audits.

Upper packages book money only through `postings` and `sub_accounts`; nobody else may open the ledger. It refuses
in Chinese what the journal refuses in English.
"""
