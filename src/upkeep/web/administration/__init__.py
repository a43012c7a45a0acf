"""Pages of the administrators: jurisdictions, offices, staff and their roles, organisations, the record of it all."""
