"""Results as PostgreSQL sends them: Arrow columns to bytes, a column at a time and never a row."""

from semantic.wire.encoding.canonical import oid_of
from semantic.wire.encoding.copying import LineWriter, copy_encoder
from semantic.wire.encoding.parameters import decode_parameter
from semantic.wire.encoding.rows import encoder
from semantic.wire.encoding.types import EncodingError

__all__ = ["EncodingError", "LineWriter", "copy_encoder", "decode_parameter", "encoder", "oid_of"]
