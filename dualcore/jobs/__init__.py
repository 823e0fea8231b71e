"""Background work: a table of jobs, a worker process, and one child process per job."""
