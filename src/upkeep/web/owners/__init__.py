"""Pages about owners: binding and transfer begin here, 过户记录, the search, the whole view and its record, corrections."""
