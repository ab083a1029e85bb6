"""OpenTelemetry's side of tracing: loaded only when an endpoint is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind

from app.telemetry import measures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager

    from opentelemetry.metrics import CallbackOptions, Meter
    from opentelemetry.trace import Span
    from prometheus_client.metrics import MetricWrapperBase

MEASURES_EVERY_MS = 15_000
"""How often the measures are sent."""


class Exporting:
    """Sends spans in batches from a thread of its own, and measures now and then."""

    def __init__(self, endpoint: str, process: str, version: str) -> None:
        """Begin to export; an endpoint that does not answer costs spans, never requests."""
        root = endpoint.rstrip("/")
        resource = Resource.create(
            {
                "service.name": "loge",
                "service.instance.id": process,
                "service.version": version,
            }
        )
        self._spans = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=f"{root}/v1/traces", timeout=5)
        self._spans.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._spans.get_tracer("loge")
        reader = PeriodicExportingMetricReader(
            OTLPMetricExporter(endpoint=f"{root}/v1/metrics", timeout=5),
            export_interval_millis=MEASURES_EVERY_MS,
        )
        self._measures = MeterProvider([reader], resource, shutdown_on_exit=False)
        _observe(self._measures.get_meter("loge"))

    def span(
        self, name: str, attributes: Mapping[str, str | int] | None
    ) -> AbstractContextManager[Span]:
        """Open a span below the current one."""
        return self._tracer.start_as_current_span(name, attributes=dict(attributes or {}))

    def open_span(self, name: str, attributes: Mapping[str, str | int]) -> Span:
        """Begin a span without making it the current one."""
        return self._tracer.start_span(name, attributes=dict(attributes), kind=SpanKind.CLIENT)

    def server_span(
        self, name: str, headers: Mapping[str, str], attributes: Mapping[str, str | int]
    ) -> AbstractContextManager[Span]:
        """Open the span of a request below its caller's."""
        return self._tracer.start_as_current_span(
            name,
            context=propagate.extract(headers),
            kind=SpanKind.SERVER,
            attributes=dict(attributes),
        )

    def note(self, attributes: Mapping[str, str | int], name: str | None) -> None:
        """Add attributes to the current span, and rename it."""
        current = trace.get_current_span()
        current.set_attributes(dict(attributes))
        if name is not None:
            current.update_name(name)

    def close(self) -> None:
        """Send what waits."""
        self._spans.shutdown()
        self._measures.shutdown()


def _observe(meter: Meter) -> None:
    """Offer the declared measures of this process under their names.

    Histograms go as the three series of which Prometheus makes them, since OpenTelemetry has no
    histogram that is only looked at.
    """
    for measure in measures.REGISTRY._collector_to_names:  # noqa: SLF001 - the registry lists its measures in no public way
        wrapper: MetricWrapperBase = measure  # type: ignore[assignment] # nothing else is registered
        for family in wrapper.describe():
            for name in _series_of(family.name, family.type):
                create = (
                    meter.create_observable_gauge
                    if family.type == "gauge"
                    else meter.create_observable_counter
                )
                create(name, [_reading(wrapper, name)], description=family.documentation)


def _series_of(name: str, kind: str) -> tuple[str, ...]:
    """Return the names of the series of one measure."""
    if kind == "histogram":
        return tuple(f"{name}_{part}" for part in ("bucket", "count", "sum"))
    return (f"{name}_total",) if kind == "counter" else (name,)


def _reading(
    measure: MetricWrapperBase, name: str
) -> Callable[[CallbackOptions], Iterable[Observation]]:
    """Return what reads one series of a measure."""

    def read(_options: CallbackOptions) -> Iterable[Observation]:
        for family in measure.collect():
            for sample in family.samples:
                if sample.name == name:
                    yield Observation(sample.value, dict(sample.labels))

    return read
