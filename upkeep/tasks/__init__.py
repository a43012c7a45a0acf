"""What the job runner can do: names of jobs and the actions they stand for."""
