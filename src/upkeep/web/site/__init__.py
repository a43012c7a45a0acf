"""The public site of a city: columns, guides, downloads, quick services; and the editor's desk behind it."""
