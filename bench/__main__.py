"""`python -m bench`: season sales against the same statements run bare; `soak` for an hour."""

import sys

from bench.arena import SEATS_OF_A_SALE, open_arena
from bench.crowds import run_crowds
from bench.season_sales import SALES, run_sales
from bench.soak import run_soak

if __name__ == "__main__":
    if sys.argv[1:] == ["soak"]:
        run_soak()
    elif not sys.argv[1:]:
        print("setting up a stadium of", SALES * SEATS_OF_A_SALE, "seats over 17 matches …")
        with open_arena(SALES) as arena:
            run_sales(arena)
            run_crowds(arena)
    else:
        sys.exit("usage: python -m bench [soak]")
