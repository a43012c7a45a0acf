"""The platform for 住宅专项维修资金, residential special maintenance funds. Start at docs/tour.md."""
