"""Pages about deposits that office, organisations and banks share: pay slips, receipts, how areas stand."""
