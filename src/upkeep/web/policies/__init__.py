"""政策设置 (X5): what differs by city, seen by the office, changed by its administrators, confirmed by its approvers."""
