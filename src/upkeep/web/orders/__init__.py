"""商品房维修支取申请: the wizard, the two lists and the window's page of withdrawal orders (manual 003 §4.2)."""
