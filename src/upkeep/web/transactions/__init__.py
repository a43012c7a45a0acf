"""交易明细, statements of houses and the statements of a year: what the office and organisations see of houses' money."""
