"""What every shell has beside its views, and what is taken from everybody in it."""

GUARD = "semantic_guard"
"""Fails where a row is wanted."""
ROWS = "semantic_rows"
"""The same with columns, by names and types that follow it in FROM."""
FIRST = "shell"
REFUSAL = "semantic views are answered by Loge; this statement reads one in a way it cannot answer"
HINT = "Write it as one SELECT over the view, in a statement of its own."


def _failing(name: str, returned: str) -> str:
    """Write a function that fails when it is executed, whatever it would return."""
    return f"""
    CREATE FUNCTION pg_catalog.{name}() RETURNS SETOF {returned}
    LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED ROWS 100000 AS $$
    BEGIN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
            MESSAGE = '{REFUSAL}', HINT = '{HINT}';
    END $$
    """


STATEMENTS = (
    # A view that PostgreSQL itself would execute has to fail: it would give no rows, which is a
    # wrong answer. Volatile, and with rows whose values are not known before, so that no plan
    # leaves it out where rows are needed.
    _failing(GUARD, "boolean"),
    _failing(ROWS, "record"),
    # MEASURE(x) has the type of x; what it is comes from the semantic layer, never from here.
    """
    CREATE FUNCTION pg_catalog.semantic_measure(state anyelement, value anyelement)
    RETURNS anyelement LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT value'
    """,
    """
    CREATE AGGREGATE pg_catalog.measure(anyelement)
    (SFUNC = pg_catalog.semantic_measure, STYPE = anyelement)
    """,
    "COMMENT ON AGGREGATE pg_catalog.measure(anyelement) IS 'the value of a measure of a view'",
    # Nobody keeps anything here but temporary tables, which go with the session.
    """
    DO $$
    DECLARE one regprocedure;
    BEGIN
        FOR one IN
            SELECT oid::regprocedure FROM pg_catalog.pg_proc
            WHERE pronamespace = 'pg_catalog'::regnamespace
                AND proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import')
        LOOP
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', one);
        END LOOP;
    END $$
    """,
    # The first database of a shell is this one by another name, which costs nothing.
    "DROP DATABASE postgres",
    f"CREATE DATABASE {FIRST}",
    f"REVOKE CONNECT, TEMPORARY ON DATABASE {FIRST}, template1 FROM PUBLIC",
    # Nothing is ever restored here, which is what it is for.
    "ALTER DATABASE template0 IS_TEMPLATE false",
    "DROP DATABASE template0",
)
"""Run once in the database that others are copied from."""

SETTINGS = """\
# A shell: small, without rows, made anew at every start.
shared_buffers = 4MB
work_mem = 4MB
temp_buffers = 1MB
maintenance_work_mem = 1MB
temp_file_limit = 64MB
wal_level = minimal
max_wal_senders = 0
max_replication_slots = 0
max_wal_size = 32MB
autovacuum = off
jit = off
max_parallel_workers = 0
max_parallel_workers_per_gather = 0
max_worker_processes = 0
max_prepared_transactions = 0
bgwriter_lru_maxpages = 0
# What a statement failed on is for its sender alone.
log_min_messages = fatal
"""
"""How the clusters are set, beside what Loge sets for its own."""
_OWN_CONNECTIONS = 10
"""Connections that are not sessions: the administrator's, and those that only cancel."""


def settings_for(session_limit: int) -> str:
    """Return the settings of clusters, each of which may have all sessions that there are."""
    return f"{SETTINGS}max_connections = {session_limit + _OWN_CONNECTIONS}\n"
