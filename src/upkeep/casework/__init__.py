"""The one lifecycle of every business form (业务单): states, engine, history, papers, typed parts, work list."""
