"""`python -m bench`: season sales against the same statements run bare; `soak` for an hour."""

import sys

from bench.season_sales import run_bench
from bench.soak import run_soak

if __name__ == "__main__":
    if sys.argv[1:] == ["soak"]:
        run_soak()
    elif not sys.argv[1:]:
        run_bench()
    else:
        sys.exit("usage: python -m bench [soak]")
