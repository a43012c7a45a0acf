"""A bank to try the platform's interface with (试验用银行), written from docs/bank-api.md alone; nothing is shared."""
