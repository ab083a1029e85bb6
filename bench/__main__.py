"""`python -m bench`: season sales and large amounts against bare peers; `soak` for an hour."""

import sys

from bench.amounts import run_amounts
from bench.arena import SEATS_OF_A_SALE, open_arena
from bench.crowds import run_crowds
from bench.season_sales import SALES, run_sales
from bench.soak import run_soak

if __name__ == "__main__":
    if sys.argv[1:] == ["soak"]:
        run_soak()
    elif sys.argv[1:] == ["amounts"]:
        run_amounts()
    elif not sys.argv[1:]:
        run_amounts()
        print("setting up a stadium of", SALES * SEATS_OF_A_SALE, "seats over 17 matches …")
        with open_arena(SALES) as arena:
            run_sales(arena)
            run_crowds(arena)
    else:
        sys.exit("usage: python -m bench [amounts|soak]")
