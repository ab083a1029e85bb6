"""The settings that Loge gives its server, beyond PostgreSQL's own defaults."""

from pathlib import Path

SETTINGS_FILE = "loge.conf"
INCLUDE_LINE = f"include_if_exists = '{SETTINGS_FILE}'"

SETTINGS = """\
# Written by Loge at every start, so changes made here are lost. ALTER SYSTEM wins over this file.

# A small footprint: memory is taken when it is used.
max_connections = 100
shared_buffers = 128MB
huge_pages = off
io_method = sync

# A deadlock is part of normal work here and the command is repeated, so it is looked for early.
deadlock_timeout = 200ms

# What pg_basebackup needs, and no more.
wal_level = replica
max_wal_senders = 4
max_replication_slots = 4
max_logical_replication_workers = 0

# Times are UTC inside; people's time zones are a matter of what is shown to them.
timezone = 'UTC'
log_timezone = 'UTC'

# The log tells about the server. Statements and the rows they failed on may hold personal details
# and stay out; the client gets them with the error.
log_min_messages = warning
log_error_verbosity = terse
log_min_error_statement = panic

unix_socket_permissions = 0700
password_encryption = scram-sha-256
cluster_name = 'loge'
"""

NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For test suites only: faster, and a crash of the machine loses the data."""


def server_arguments(
    data_folder: Path,
    socket_folder: Path,
    port: int,
    *,
    listening: bool,
    durable: bool,
) -> list[str]:
    """Return the arguments of `postgres`: what depends on the place and on who starts it."""
    quoted_folder = '"' + str(socket_folder).replace('"', '""') + '"'
    settings = [
        f"unix_socket_directories={quoted_folder}",
        f"port={port}",
        f"listen_addresses={'127.0.0.1' if listening else ''}",
    ]
    if not durable:
        settings.extend(NOT_DURABLE)
    return ["-D", str(data_folder)] + [part for setting in settings for part in ("-c", setting)]


def is_durable(arguments: list[str]) -> bool:
    """Tell from the arguments of a running server whether a commit survives a power cut."""
    return NOT_DURABLE[0] not in arguments
