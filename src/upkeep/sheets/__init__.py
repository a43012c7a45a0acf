"""Excel workbooks: one declarative class per sheet gives template, export, import and the faults cell by cell.

Refuses files that are not what they claim to be before their content is parsed; knows no business and no database.
"""
