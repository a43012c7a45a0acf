"""What every other package may use: money, dates, errors, ids, secrecy. No models, no HTTP, no business."""
