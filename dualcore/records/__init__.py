"""Where projects, datasets, evaluations and jobs are kept: database rows and content-addressed files."""
