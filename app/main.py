"""The composition root: settings → database → engines → runner → API and worker."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app import __version__
from app.commands.execution import Runner
from app.commands.webhook_rules import WebhookRules
from app.config import (
    SettingError,
    read_door_settings,
    read_mail_settings,
    read_semantic_settings,
    read_webhook_settings,
    read_wire_settings,
)
from app.domain.permissions import Quota
from app.http.trusted import ManifestError, Trusted, TrustedOnly, read_manifest
from app.processes.loading import loading
from app.processes.upkeep import upkeep
from app.storage.engine import command_engine, read_engine
from app.storage.migrations.revisions import migrate
from app.storage.observation import observe_engine
from app.storage.postgres import EmbeddedPostgres
from app.storage.readiness import is_ready
from app.storage.vault import Vault, key_at
from app.storage.wakes import Notifier
from app.telemetry.measures import PROCESS
from app.telemetry.sampling import sample_facts
from app.telemetry.tracing import begin_tracing, end_tracing

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from starlette.applications import Starlette

    from app.config import Settings
    from app.http.door import DoorRules
    from app.processes.report_mail import ReportMail
    from app.semantics import WireCredentials
    from semantic.serving.door import Door
    from semantic.serving.layer import Layer

SEMANTIC_CONNECTIONS = 4
"""Connections of the semantic layer for looking tokens up; facts come over one of its own."""
SEMANTIC_FOLDER = "semantic"
"""The folder below the data folder that has the facts."""
WIRE_FOLDER = "wire"
"""The folder below the data folder with the certificate of the BI door, and its catalogues."""
SEMANTIC_KEY_FILE = "semantic.key"
"""The file below the data folder with the secret of security contexts, where no setting has it."""
API_CONNECTIONS = 10
"""Connections of one API process, for commands and for reads each."""
WORKER_CONNECTIONS = 8
"""Connections of the worker: its tasks, and the transfers that it drives at once."""


class NotReadyError(Exception):
    """The database does not serve this version of Loge; the message says what helps."""


def embedded(settings: Settings) -> EmbeddedPostgres | None:
    """Return the embedded PostgreSQL, or None where a server was named."""
    if settings.database_url is not None:
        return None
    return EmbeddedPostgres(settings.data_directory)


@contextmanager
def database(settings: Settings, say: Callable[[str], None]) -> Iterator[str]:
    """Make sure for a block that the database runs; give its address, which holds the password.

    An embedded server that this started is stopped afterwards, unless somebody else uses it.
    """
    server = embedded(settings)
    if server is None:
        assert settings.database_url is not None  # noqa: S101 - else there is an embedded server
        yield settings.database_url
        return
    with server.running(say):
        server.ensure_database()
        yield server.connection_url()


def webhook_rules(settings: Settings) -> WebhookRules:
    """Read what an installation decides about webhooks; a key is made where there is none."""
    chosen = read_webhook_settings()
    keys = chosen.secret_keys
    vault = Vault.of(keys) if keys else Vault.at(settings.data_directory)
    return WebhookRules(vault, chosen.public_url, chosen.allows_private)


@contextmanager
def observed(settings: Settings) -> Iterator[None]:
    """Send spans and measures of a process to the endpoint of the settings for a block, if any."""
    if settings.otlp_endpoint is None:
        yield
        return
    begin_tracing(settings.otlp_endpoint, PROCESS, __version__)
    try:
        yield
    finally:
        end_tracing()


@contextmanager
def commands(url: str, connections: int = 1) -> Iterator[Runner]:
    """Open a runner of commands for a block, on a database that has this version's tables.

    Raises:
        NotReadyError: it does not answer or is at another revision.
    """
    engine = command_engine(url, connections=connections)
    try:
        reason = is_ready(engine)
        if reason is not None:
            raise NotReadyError(reason)
        notifier = Notifier(engine)
        try:
            yield Runner(engine, on_commit=notifier.notify)
        finally:
            notifier.close()
    finally:
        engine.dispose()


def bring_up_to_date(url: str) -> None:
    """Migrate the database to this version's revision."""
    engine = command_engine(url, connections=2)
    try:
        migrate(engine)
    finally:
        engine.dispose()


def trusted_documents() -> Trusted:
    """Read the documents that an installation registered, and who may send no others.

    Raises:
        SettingError: a setting, or the manifest, cannot be used.
    """
    chosen = read_door_settings()
    place = chosen.trusted_documents
    try:
        texts = {} if place is None else read_manifest(place)
    except ManifestError as error:
        raise SettingError(f"LOGE_TRUSTED_DOCUMENTS: {error}") from None
    return Trusted.of(texts, TrustedOnly(chosen.trusted_only))


def door_rules() -> DoorRules:
    """Read what an installation decides about the door of its GraphQL API.

    Raises:
        SettingError: a setting, or the registered documents, cannot be used.
    """
    # Here, because only the API needs GraphQL, and loading it takes longer than the other verbs.
    from app.http.door import DoorRules  # noqa: PLC0415

    chosen = read_door_settings()
    return DoorRules(
        allowed_origins=chosen.allowed_origins,
        trusted=trusted_documents(),
        quota=Quota(chosen.points_per_second, chosen.bucket_points),
    )


def semantic_secret(settings: Settings) -> str:
    """Return what security contexts are signed with; a key is made where there is none."""
    chosen = read_semantic_settings()
    return chosen.secret or key_at(settings.data_directory / SEMANTIC_KEY_FILE).strip()


def application(url: str, settings: Settings) -> Starlette:
    """Build the ASGI application over engines of its own."""
    # Here, because only the API needs GraphQL, and loading it takes longer than the other verbs.
    with loading():
        from app.http.application import build_application  # noqa: PLC0415
        from app.resolvers.semantic.door import SemanticDoor  # noqa: PLC0415

    commands = command_engine(url, connections=API_CONNECTIONS)
    reads = read_engine(url, connections=API_CONNECTIONS)
    observe_engine(commands, "commands")
    observe_engine(reads, "reads")
    built = build_application(
        commands,
        reads,
        kept_bytes=settings.kept_answers_mb * 1_000_000,
        metrics_token=settings.metrics_token,
        semantics=SemanticDoor(
            read_semantic_settings().address, semantic_secret(settings), lambda: datetime.now(UTC)
        ),
        allows_private_issuers=settings.allows_private_issuers,
        webhooks=(webhooks := webhook_rules(settings)),
        door=door_rules(),
    )
    add_sandbox(built, settings.sandbox_psp_key, webhooks)
    return built


def add_sandbox(built: Starlette, key: str | None, webhooks: WebhookRules) -> None:
    """Serve the sandbox PSP too, if there is a key for it; its webhooks go where others may."""
    # Here, because only the API serves it.
    from app.http.sandbox_psp import SandboxPsp  # noqa: PLC0415

    if key is not None:
        built.router.routes.insert(0, SandboxPsp(key, webhooks.allows_private).route())


def report_mail(url: str, settings: Settings) -> ReportMail | None:
    """Build what sends reports by e-mail; None where no server of e-mail is known.

    Raises:
        SettingError: a setting cannot be used.
    """
    chosen = read_mail_settings()
    if chosen is None:
        return None
    # Here, because only the worker sends e-mail, and what writes reports takes long to load.
    from app.processes.report_mail import ReportMail  # noqa: PLC0415
    from app.transfers.mail.sending import Mailer  # noqa: PLC0415

    return ReportMail(
        url,
        read_semantic_settings().address,
        semantic_secret(settings),
        read_webhook_settings().public_url,
        Mailer(chosen),
    )


@contextmanager
def semantic_layer(
    url: str, settings: Settings, wire: socket.socket | None = None
) -> Iterator[Layer]:
    """Open the semantic layer for a block: its facts, its models, and who may ask.

    `wire` is the socket for BI tools, None where they are not let in.

    Raises:
        SettingError: a setting cannot be used.
        ModelError: the shipped models are wrong.
    """
    # Here, because no other verb needs DuckDB, SQL's grammar or Arrow, which take long to load.
    from app.http.authentication import Authentication  # noqa: PLC0415
    from app.http.oidc.fetching import Fetcher  # noqa: PLC0415
    from app.http.oidc.keys import KeySets  # noqa: PLC0415
    from app.http.oidc.verification import SignedTokens  # noqa: PLC0415
    from app.semantics import Credentials, WireCredentials  # noqa: PLC0415
    from app.storage.extract.catalogue import EXTRACTS  # noqa: PLC0415
    from app.storage.extract.source import PostgresSource  # noqa: PLC0415
    from app.storage.extract.totals import TOTALS  # noqa: PLC0415
    from semantic.serving.layer import Layer  # noqa: PLC0415

    chosen = read_semantic_settings()
    engine = command_engine(url, connections=SEMANTIC_CONNECTIONS)
    runner = Runner(engine)
    source = PostgresSource(url, EXTRACTS, TOTALS)
    signed = SignedTokens(engine, KeySets(Fetcher(settings.allows_private_issuers)))
    tokens = Authentication(engine, lambda: datetime.now(UTC), signed)
    credentials = Credentials(engine, tokens, semantic_secret(settings))
    try:
        layer = Layer(
            settings.data_directory / SEMANTIC_FOLDER,
            source,
            credentials,
            models=chosen.models_folder,
            memory_mb=chosen.memory_mb,
            door=None if wire is None else wire_door(wire, WireCredentials(credentials), settings),
        )
        try:
            with upkeep(
                lambda: sample_facts(layer.follower.freshness().refreshed_at),
                lambda: tokens.write_uses(runner),
            ):
                yield layer
        finally:
            layer.close()
    finally:
        source.close()
        engine.dispose()


def wire_door(listener: socket.socket, credentials: WireCredentials, settings: Settings) -> Door:
    """Describe the BI door: its socket, who may log in, its certificate and its catalogues.

    Raises:
        SettingError: a setting cannot be used.
    """
    # Here, because only the semantic layer needs it, as above.
    from app.storage.postgres.throwaway import ThrowawayClusters  # noqa: PLC0415
    from semantic.serving.door import Door  # noqa: PLC0415
    from semantic.wire.limits import Limits  # noqa: PLC0415
    from semantic.wire.shell import template  # noqa: PLC0415
    from semantic.wire.tls import context_of, own_context  # noqa: PLC0415

    chosen = read_wire_settings()
    folder = settings.data_directory / WIRE_FOLDER
    if chosen.certificate is None or chosen.key is None:
        tls = own_context(folder)
    else:
        try:
            tls = context_of(chosen.certificate, chosen.key)
        except OSError as error:
            raise SettingError(f"LOGE_WIRE_TLS_CERT and LOGE_WIRE_TLS_KEY: {error}") from None
    limits = Limits(
        sessions=chosen.session_limit,
        sessions_per_club=max(1, chosen.session_limit // 2),
        idle_seconds=chosen.idle_seconds,
        statement_seconds=chosen.statement_seconds,
    )
    clusters = ThrowawayClusters(
        folder, template.settings_for(chosen.session_limit), template.STATEMENTS
    )
    return Door(listener, credentials, clusters, tls, limits)
