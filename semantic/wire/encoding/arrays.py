"""Arrays: the elements of all rows as one column, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from semantic.wire.encoding.cells import nulls_of
from semantic.wire.encoding.types import EncodingError

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of a column of arrays, row after row, and how many each row has.

    `nulls` tells which rows have no array at all; they have no elements.
    """

    values: pa.Array
    counts: npt.NDArray[np.int64]
    nulls: npt.NDArray[np.bool_] | None

    def ends(self) -> npt.NDArray[np.int64]:
        """Return where the elements of each row begin, and where the last ends."""
        return np.concatenate([[0], np.cumsum(self.counts)])

    def gather(self, values: pa.Array) -> pa.Array:
        """Make lists of what became of the elements."""
        return pa.ListArray.from_arrays(pa.array(self.ends(), pa.int32()), values)


def elements_of(column: pa.Array) -> Elements:
    """Take the arrays of a column apart.

    Raises:
        EncodingError: it has something else, or arrays of arrays.
    """
    kind = column.type
    if pa.types.is_null(kind):
        column = pa.nulls(len(column), pa.list_(pa.null()))
    elif not is_list(kind) or is_list(kind.value_type):
        message = f"an array of one dimension cannot be sent from values of type {kind}"
        raise EncodingError(message, "0A000")
    counts = column.value_lengths().fill_null(0).to_numpy().astype(np.int64)
    return Elements(column.flatten(), counts, nulls_of(column))


def is_list(kind: pa.DataType) -> bool:
    """Tell whether a type is one of arrays."""
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )
