"""操作: what may be done with a project now, one file per topic, put together in `offered`."""
