"""Extracts of what is handed to other systems: webhook endpoints and attempts."""

from __future__ import annotations

from app.storage.extract.statement import Extract

CONNECTION = Extract(
    "webhook_endpoint",
    """
    SELECT endpoint.organisation_id, endpoint.id AS connection_id, 'WEBHOOK' AS kind,
        coalesce(nullif(endpoint.description, ''), endpoint.url) AS name, endpoint.is_active
    FROM {rows} AS endpoint
    """,
    {"webhook_endpoint": "id"},
)
TRANSFER = Extract(
    "webhook_attempt",
    """
    SELECT attempt.organisation_id, attempt.id AS attempt_id, attempt.delivery_id,
        delivery.endpoint_id AS connection_id, delivery.topic,
        coalesce(attempt.error, 'OK') AS outcome, attempt.error IS NULL AS is_ok,
        attempt.attempt_no > 1 AS is_retry, attempt.duration_ms::bigint AS latency_ms,
        attempt.started_at AS attempted_at
    FROM {rows} AS attempt
    JOIN webhook_delivery AS delivery
        ON delivery.organisation_id = attempt.organisation_id AND delivery.id = attempt.delivery_id
    """,
    {"webhook_delivery": "delivery_id"},
)
