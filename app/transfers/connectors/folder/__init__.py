"""Folders of files: on this machine, over SFTP, or in S3; read from and written to."""
