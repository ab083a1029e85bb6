"""Everything that is counted, by the names under which Prometheus collects it.

Under `loge serve` each process keeps its values in a file of a shared folder, so that any API
process can answer for all of them; see `collection`. The names of labels' values are few and known
beforehand: nothing that a caller sends may become one.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, values
from prometheus_client.multiprocess import mark_process_dead

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""The folder that processes share; the supervisor sets it, and the library reads it there."""
PROCESS_VARIABLE = "LOGE_PROCESS"
"""What the supervisor calls this process, such as `api-1`; no two that run have the same name."""
PROCESS = os.environ.get(PROCESS_VARIABLE) or "api"
REGISTRY = CollectorRegistry()

if FOLDER_VARIABLE in os.environ:
    # By name and not by pid: a process that takes another's place goes on counting in its file, so
    # the folder does not grow with every restart. What was true of the other alone is forgotten.
    mark_process_dead(PROCESS, os.environ[FOLDER_VARIABLE])  # type: ignore[no-untyped-call]
    values.ValueClass = values.MultiProcessValue(lambda: PROCESS)  # type: ignore[no-untyped-call]


def forget_process(name: str) -> None:
    """Forget what was true of a process while it lived, such as its memory; its counts stay."""
    if FOLDER_VARIABLE in os.environ:
        mark_process_dead(name, os.environ[FOLDER_VARIABLE])  # type: ignore[no-untyped-call]


FAST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Limits of the histogram of requests: most reads take a millisecond, a season sale a second."""


def _counter(name: str, says: str, *labels: str) -> Counter:
    return Counter(name, says, labels, registry=REGISTRY)


def _gauge(name: str, says: str, *labels: str, mode: str = "livesum") -> Gauge:
    return Gauge(name, says, labels, registry=REGISTRY, multiprocess_mode=mode)  # type: ignore[arg-type] # the modes are literals there


REQUESTS = _counter("loge_http_requests", "Requests answered", "route", "method", "status")
REQUEST_SECONDS = Histogram(
    "loge_http_request_duration_seconds",
    "From the first byte read to the last byte of the answer written",
    ("route",),
    registry=REGISTRY,
    buckets=FAST_SECONDS,
)
REQUESTS_UNDER_WAY = _gauge("loge_http_requests_under_way", "Requests being answered now")
OPERATIONS = _counter("loge_graphql_operations", "GraphQL operations", "kind", "outcome")
COST_SPENT = _counter("loge_graphql_cost_points", "Cost of the operations carried out")
THROTTLED = _counter("loge_graphql_throttled", "Operations refused because a budget was used up")
DOCUMENTS = _counter(
    "loge_graphql_documents_checked", "Documents parsed and validated, since they were not known"
)
READS = _counter("loge_graphql_reads", "Queries by what answered them", "by")
STATEMENTS = _counter("loge_database_statements", "Statements sent to the database", "engine")
CONNECTIONS = _gauge("loge_database_connections_in_use", "Connections lent out", "engine")
CONNECTION_LIMIT = _gauge("loge_database_connections_limit", "Connections at most", "engine")
SUBSCRIPTIONS = _gauge("loge_live_subscriptions", "Subscriptions that are open")
SOCKETS = _gauge("loge_live_sockets", "WebSockets that are open")
FEED_SECONDS = _gauge(
    "loge_live_batch_seconds",
    "How long the newest batch of changes took from the database to its subscribers",
    mode="livemax",
)
DELIVERIES = _counter("loge_webhook_deliveries", "Attempts to deliver a webhook", "outcome")
DELIVERIES_PENDING = _gauge("loge_webhook_deliveries_pending", "Deliveries that wait")
TASK_RUNS = _counter("loge_worker_task_runs", "Runs of the worker's tasks", "task", "outcome")
TASK_SECONDS = _counter("loge_worker_task_seconds", "Time spent in the worker's tasks", "task")
FACTS_TIME = _gauge(
    "loge_semantic_facts_time_seconds",
    "As of when the facts of the semantic layer are, in Unix time",
    mode="livemax",
)
FACTS_LAG = _gauge(
    "loge_semantic_lag_seconds",
    "How old the facts of the semantic layer were when it was last looked",
    mode="livemax",
)
PROCESS_MEMORY = _gauge(
    "loge_process_resident_memory_bytes", "Memory that a process occupies", "process"
)
PROCESS_CPU = _counter("loge_process_cpu_seconds", "Processor time of a process", "process")
PROCESS_STARTED = _gauge(
    "loge_process_start_time_seconds", "When a process started, in Unix time", "process"
)

# The labelled counters of busy paths, looked up once.
READ_BY_PLAN = READS.labels("plan")
"""A query was answered by one statement."""
READ_BY_EXECUTOR = READS.labels("executor")
"""A query was answered field by field."""
READ_UNCHANGED = _counter(
    "loge_graphql_reads_unchanged", "Queries answered as before, because nothing had changed"
)
READ_STATEMENT = STATEMENTS.labels("reads")
COMMAND_STATEMENT = STATEMENTS.labels("commands")
