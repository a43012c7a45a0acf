"""利息与收益: settlement of interest, rate tables, term deposits and bonds, for the office's bookkeepers."""
