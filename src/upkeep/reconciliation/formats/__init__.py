"""Statement files (对账文件) of the banks: each format is declared, one reader reads them all. See `known` for the list."""
