"""The shell: a real PostgreSQL that has the views of one sight without rows, and answers tools."""
