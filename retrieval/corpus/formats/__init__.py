"""Files that are not plain text: one module for each format, and one registry of their endings."""
