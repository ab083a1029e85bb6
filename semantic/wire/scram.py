"""SCRAM-SHA-256 (RFC 5802, 7677): the server's side, which never sees the password."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

MECHANISM = "SCRAM-SHA-256"
ITERATIONS = 4096
"""What PostgreSQL itself uses, so that an unknown name looks like any other."""
_SALT_BYTES = 16
_NONCE_BYTES = 18
_KEY_BYTES = 32


class ScramError(Exception):
    """A message that breaks the exchange, or a proof that is wrong (`is_proof`)."""

    def __init__(self, message: str, *, is_proof: bool = False) -> None:
        """Say what is wrong with it."""
        super().__init__(message)
        self.is_proof = is_proof


@dataclass(frozen=True, slots=True)
class ScramVerifier:
    """What a server keeps to check a password by; the password cannot be had from it."""

    iterations: int
    salt: bytes = field(repr=False)
    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> ScramVerifier:
        """Read PostgreSQL's form, `SCRAM-SHA-256$iterations:salt$stored key:server key`.

        Raises:
            ValueError: it has another form.
        """
        try:
            mechanism, numbers, keys = text.split("$")
            iterations, salt = numbers.split(":")
            stored, server = (base64.b64decode(one, validate=True) for one in keys.split(":"))
            found = cls(int(iterations), base64.b64decode(salt, validate=True), stored, server)
        except ValueError as error:
            message = "a verifier must be SCRAM-SHA-256$iterations:salt$stored key:server key"
            raise ValueError(message) from error
        if mechanism != MECHANISM or {len(stored), len(server)} != {_KEY_BYTES}:
            message = f"a verifier must be of {MECHANISM}, with two keys of {_KEY_BYTES} bytes"
            raise ValueError(message)
        return found

    @classmethod
    def of_password(cls, password: str, iterations: int = ITERATIONS) -> ScramVerifier:
        """Make a verifier with a new salt; passwords are normalised already, or plain ASCII."""
        salt = secrets.token_bytes(_SALT_BYTES)
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
        stored = hashlib.sha256(_mac(salted, b"Client Key")).digest()
        return cls(iterations, salt, stored, _mac(salted, b"Server Key"))

    def __str__(self) -> str:
        """Return PostgreSQL's form."""
        salt, stored, server = (
            base64.b64encode(one).decode() for one in (self.salt, self.stored_key, self.server_key)
        )
        return f"{MECHANISM}${self.iterations}:{salt}${stored}:{server}"


def mock_verifier(secret: bytes, user: str, database: str) -> ScramVerifier:
    """Make the verifier of a name that does not exist: the same at every attempt, with no password.

    Otherwise a salt that changes would tell that nobody has the name.
    """
    name = f"{database}\0{user}".encode()
    salt = hmac.digest(secret, b"salt\0" + name, "sha256")[:_SALT_BYTES]
    return ScramVerifier(ITERATIONS, salt, secrets.token_bytes(32), secrets.token_bytes(32))


class ScramExchange:
    """One login: two messages come in, two go out."""

    def __init__(self, verifier: ScramVerifier, *others: ScramVerifier) -> None:
        """Check against a verifier, or any of several that have the same salt and iterations."""
        self.proved: ScramVerifier | None = None
        self._verifier = verifier
        self._others = others
        self._gs2 = ""
        self._said = ""
        self._nonce = ""

    def first(self, message: bytes) -> bytes:
        """Answer the client's first message with salt and iterations.

        Raises:
            ScramError: it is malformed, or asks for channel binding.
        """
        text = _text(message)
        parts = text.split(",", 2)
        if len(parts) != 3 or parts[0] not in ("n", "y") or (parts[1] and parts[1][:2] != "a="):  # noqa: PLR2004 - gs2 flag, name, rest
            message_ = "the client's first SCRAM message is malformed or asks for channel binding"
            raise ScramError(message_)
        bare = parts[2]
        values = _attributes(bare)
        nonce = values.get("r", "")
        if not nonce or "m" in values:
            message_ = "the client's first SCRAM message has no nonce, or demands an extension"
            raise ScramError(message_)
        self._gs2 = f"{parts[0]},{parts[1]},"
        self._nonce = nonce + base64.b64encode(secrets.token_bytes(_NONCE_BYTES)).decode()
        salt = base64.b64encode(self._verifier.salt).decode()
        answer = f"r={self._nonce},s={salt},i={self._verifier.iterations}"
        self._said = f"{bare},{answer}"
        return answer.encode()

    def final(self, message: bytes) -> bytes:
        """Check the client's proof, and answer with the server's own.

        Raises:
            ScramError: it is malformed, or the proof is wrong.
        """
        text = _text(message)
        without_proof, found, encoded = text.rpartition(",p=")
        values = _attributes(without_proof)
        try:
            binding = base64.b64decode(values.get("c", ""), validate=True)
            proof = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            found = ""
            binding = proof = b""
        if not found or len(proof) != _KEY_BYTES or binding != self._gs2.encode():
            raise ScramError("the client's final SCRAM message is malformed")
        if not hmac.compare_digest(values.get("r", "").encode(), self._nonce.encode()):
            raise ScramError("the client's final SCRAM message has another nonce")
        signed = f"{self._said},{without_proof}".encode()
        for verifier in (self._verifier, *self._others):
            if _is_proof(verifier, proof, signed):
                self.proved = verifier
                return b"v=" + base64.b64encode(_mac(verifier.server_key, signed))
        raise ScramError("the proof is wrong", is_proof=True)


def _is_proof(verifier: ScramVerifier, proof: bytes, signed: bytes) -> bool:
    signature = _mac(verifier.stored_key, signed)
    key = bytes(one ^ other for one, other in zip(proof, signature, strict=True))
    return hmac.compare_digest(hashlib.sha256(key).digest(), verifier.stored_key)


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _text(message: bytes) -> str:
    try:
        return message.decode()
    except UnicodeDecodeError as error:
        raise ScramError("a SCRAM message must be UTF-8") from error


def _attributes(text: str) -> dict[str, str]:
    """Read `a=…,b=…`; what has another form is left out."""
    parts = (one for one in text.split(",") if one[1:2] == "=")
    return {one[0]: one[2:] for one in parts}
