"""Printed forms: a typed document becomes a PDF with number and QR code, is kept, and can be printed again as it was.

Knows no business; refuses a document whose data is not that of its form.
"""
