"""Where a folder is: this machine, an SFTP server or S3, and what their errors mean.

A club says which folder, and must not get at any other: one on this machine has to hold a file
`.loge-folder` with the code of the system, which only its operator can put there, and a server has
to be on the public internet unless the operator allows private ones.
"""

from __future__ import annotations

import base64
import hashlib
import io
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import paramiko
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.sftp import SFTPFileSystem

from app.domain.webhooks import is_public
from app.transfers.contract.connectors import Setting, SettingKind
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fsspec.spec import AbstractFileSystem

    from app.transfers.contract.connectors import Connected

MARK = ".loge-folder"
CONNECT_SECONDS = 10.0
SETTINGS = (
    Setting(
        "place",
        "Place",
        SettingKind.CHOICE,
        "Where the folder is: on Loge's own machine, on an SFTP server, or in S3.",
        is_required=True,
        default="SFTP",
        choices=("LOCAL", "SFTP", "S3"),
    ),
    Setting("path", "Folder", description="Its path; in S3 after the bucket.", is_required=True),
    Setting("host", "Server", description="SFTP: its name or address."),
    Setting("port", "Port", SettingKind.WHOLE, "SFTP: by default 22.", default=22),
    Setting("user", "User", description="SFTP: who logs in."),
    Setting(
        "host_key",
        "Fingerprint of the server",
        description="SFTP: SHA256:…, as `ssh-keygen -lf` shows it; no other server is believed.",
    ),
    Setting("password", "Password", SettingKind.SECRET, "SFTP: or a private key."),
    Setting("private_key", "Private key", SettingKind.SECRET, "SFTP: in OpenSSH's form."),
    Setting("bucket", "Bucket", description="S3: its name."),
    Setting("endpoint", "Endpoint", SettingKind.ADDRESS, "S3: empty for Amazon's own."),
    Setting("region", "Region", description="S3: such as eu-central-1."),
    Setting("access_key", "Access key", SettingKind.SECRET, "S3: its id."),
    Setting("secret_key", "Secret key", SettingKind.SECRET, "S3: what belongs to it."),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that can be reached."""

    files: AbstractFileSystem
    root: str
    has_folders: bool = True
    """Whether a folder has to be made before a file can be put into it."""

    def path(self, *parts: str) -> str:
        """Return the path of something within the folder."""
        return "/".join((self.root, *parts))

    def entries(self, *parts: str) -> list[dict[str, Any]]:
        """Return what the place says of the files in a folder, none where S3 knows no folder."""
        try:
            found: list[dict[str, Any]] = self.files.ls(self.path(*parts), detail=True)
        except FileNotFoundError:
            if self.has_folders or not self.files.exists(self.root.partition("/")[0]):
                raise
            return []
        # A link could lead out of the folder, whatever it is called.
        return [one for one in found if one["type"] == "file" and not one.get("islink")]

    def make_folder(self, name: str) -> None:
        """Make a folder within it, unless there is one."""
        if self.has_folders:
            self.files.makedirs(self.path(name), exist_ok=True)

    def move(self, source: str, folder: str, name: str) -> None:
        """Move a file into a folder within it."""
        self.make_folder(folder)
        self.files.mv(source, self.path(folder, name))

    def put(self, name: str, content: bytes, *folders: str) -> None:
        """Write a file so that nobody sees a part of it under its own name."""
        for folder in folders:
            self.make_folder(folder)
        target = self.path(*folders, name)
        if not self.has_folders:
            # S3 shows an object only when all of it is there.
            self.files.pipe_file(target, content)
            return
        part = f"{target}.part"
        self.files.pipe_file(part, content)
        if self.files.exists(target):
            self.files.rm_file(target)
        self.files.mv(part, target)


class PinnedSFTPFileSystem(SFTPFileSystem):  # type: ignore[misc]
    """SFTP that believes one server only; the library itself would believe any."""

    protocol = "pinned-sftp"
    cachable = False

    def _connect(self) -> None:
        """Connect to the address that was checked, and compare the server's key."""
        given = self.ssh_kwargs
        sock = socket.create_connection((given["address"], given["port"]), CONNECT_SECONDS)
        self.client = paramiko.Transport(sock)
        try:
            self.client.start_client(timeout=CONNECT_SECONDS)
            _compare(self.client.get_remote_server_key(), given["host_key"])
            if given["private_key"]:
                key = _private_key(given["private_key"])
                self.client.auth_publickey(given["user"], key)
            else:
                self.client.auth_password(given["user"], given["password"])
            self.ftp = paramiko.SFTPClient.from_transport(self.client)
        except BaseException:
            self.client.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        self.client.close()


@contextmanager
def reached(connected: Connected) -> Iterator[Place]:
    """Reach the folder of a system; errors of any place become faults."""
    try:
        place = _open(connected)
        try:
            if place.has_folders and not place.files.isdir(place.root):
                raise FileNotFoundError(place.root)
            yield place
        finally:
            if isinstance(place.files, PinnedSFTPFileSystem):
                place.files.close()
    except (paramiko.AuthenticationException, PermissionError) as error:
        message = f"The folder refuses the credentials: {_said(error)}"
        raise TransferFaultError(FaultClass.ACCESS, message) from error
    except FileNotFoundError as error:
        message = f"path: there is no such folder or file: {_said(error)}"
        raise TransferFaultError(FaultClass.RECORD, message, path="path") from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        message = f"The folder cannot be reached: {_said(error)}"
        raise TransferFaultError(FaultClass.TRANSIENT, message) from error


def _open(connected: Connected) -> Place:
    """Open the place that the settings name."""
    settings = connected.settings
    place = settings.get("place") or "SFTP"
    path = str(settings.get("path") or "").rstrip("/")
    if ".." in path.split("/"):
        raise _wrong("path", "must not go up with ..")
    if place == "LOCAL":
        return _local(connected, path)
    if place == "SFTP":
        return _sftp(connected, path)
    if place == "S3":
        return _s3(connected, path.strip("/"))
    raise _wrong("place", f"is {place!r}; LOCAL, SFTP or S3 is wanted")


def _local(connected: Connected, path: str) -> Place:
    """Open a folder of this machine that its operator has marked for this system."""
    if not path.startswith("/"):
        raise _wrong("path", "must begin with / on this machine")
    files = LocalFileSystem()
    mark = f"{path}/{MARK}"
    marked = files.cat_file(mark).decode(errors="replace").split() if files.exists(mark) else []
    if connected.code not in marked:
        message = (
            f"path: an operator has to write the code {connected.code!r} into {mark} first; "
            "without it no folder of this machine is used"
        )
        raise TransferFaultError(FaultClass.ACCESS, message, path="path")
    return Place(files, path)


def _sftp(connected: Connected, path: str) -> Place:
    """Open a folder of an SFTP server."""
    settings, credentials = connected.settings, connected.credentials
    host, user = _needed(connected, "host"), _needed(connected, "user")
    port = settings.get("port") or 22
    files = PinnedSFTPFileSystem(
        host,
        address=_address(connected, host, port),
        port=port,
        user=user,
        host_key=_needed(connected, "host_key"),
        password=credentials.get("password") or "",
        private_key=credentials.get("private_key"),
        skip_instance_cache=True,
    )
    return Place(files, path)


def _s3(connected: Connected, path: str) -> Place:
    """Open a folder of a bucket."""
    from s3fs import S3FileSystem  # noqa: PLC0415 - half a second to load, for S3 alone

    settings, credentials = connected.settings, connected.credentials
    endpoint = settings.get("endpoint") or None
    if endpoint is not None:
        parts = urlsplit(endpoint)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise _wrong("endpoint", "must be an address with http or https")
        _address(connected, parts.hostname, parts.port or 443)
    for name in ("access_key", "secret_key"):
        if not credentials.get(name):
            # Without them the library would take whatever the machine itself may use.
            raise _wrong(name, "is needed for this place")
    bucket = _needed(connected, "bucket")
    region = settings.get("region") or None
    files = S3FileSystem(
        key=credentials.get("access_key"),
        secret=credentials.get("secret_key"),
        endpoint_url=endpoint,
        client_kwargs={"region_name": region} if region else {},
        config_kwargs={"connect_timeout": CONNECT_SECONDS, "retries": {"max_attempts": 1}},
        use_listings_cache=False,
        skip_instance_cache=True,
        session=_session(),
    )
    return Place(files, "/".join(filter(None, (bucket, path))), has_folders=False)


@cache
def _session() -> object:
    """Return what the library reads about Amazon's services, once; nobody's keys are in it."""
    from aiobotocore.session import get_session  # noqa: PLC0415 - as above

    return get_session()


def _address(connected: Connected, host: str, port: int) -> str:
    """Look a server up once, and refuse a private address unless the operator allows it."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise TransferFaultError(
            FaultClass.TRANSIENT, f"host: the name {host!r} is not known", path="host"
        ) from error
    addresses = [str(one[4][0]) for one in found]
    if not connected.allows_private and not all(map(is_public, addresses)):
        message = f"{host} is not on the public internet, and the operator does not allow that"
        raise TransferFaultError(FaultClass.ACCESS, message)
    return addresses[0]


def _compare(key: paramiko.PKey, wanted: str) -> None:
    """Compare the key of a server with its fingerprint."""
    digest = hashlib.sha256(key.asbytes()).digest()
    found = f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"
    if found != wanted.strip().rstrip("="):
        message = f"host_key: the server has the key {found}, not the one of the settings"
        raise TransferFaultError(FaultClass.ACCESS, message, path="host_key")


def _private_key(text: str) -> paramiko.PKey:
    """Read a private key; what it was is not repeated."""
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text))
        except (paramiko.SSHException, ValueError):
            continue
    raise _wrong("private_key", "is no Ed25519, ECDSA or RSA key without a password")


def _needed(connected: Connected, name: str) -> str:
    """Return a setting that the place needs."""
    value = str(connected.settings.get(name) or "").strip()
    if not value:
        raise _wrong(name, "is needed for this place")
    return value


def _wrong(name: str, message: str) -> TransferFaultError:
    """Return the fault of a setting."""
    return TransferFaultError(FaultClass.RECORD, f"{name}: {message}", path=name)


def _said(error: BaseException) -> str:
    """Return what an error says, in one line."""
    told: Any = str(error).partition("\n")[0]
    return told or type(error).__name__
