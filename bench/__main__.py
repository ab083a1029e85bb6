"""`python -m bench`: season sales and large amounts against bare peers; `soak` for an hour.

`api` measures reads and mutations over HTTP against PostGraphile and a bare endpoint; `restarts`
what clients notice of rolling restarts; `live` 2,000 subscribers; `memory` what 200,000 requests
leave behind; `changes` what the log of changes costs whoever sells; `semantic` how fresh facts are,
`semantic-compile` what it costs to turn questions about them into SQL; `reports` the pages in a
real browser; `globe` a report of Ingram Micro as a file for Exact Globe. The BI door has a bench
of its own: `python -m bench.wire`.
"""

import sys

from bench.amounts import run_amounts
from bench.api.run import run_api
from bench.arena import SEATS_OF_A_SALE, open_arena
from bench.change_log import run_change_log
from bench.crowds import run_crowds
from bench.globe_files import run_globe_files
from bench.hostile import run_hostile
from bench.live import run_live
from bench.memory import run_memory
from bench.reports import run_reports
from bench.restarts import run_restarts
from bench.season_sales import SALES, run_sales
from bench.semantic_compile import run_semantic_compile
from bench.semantic_sync import run_semantic
from bench.soak import run_soak

if __name__ == "__main__":
    if sys.argv[1:] == ["soak"]:
        run_soak()
    elif sys.argv[1:] == ["restarts"]:
        run_restarts()
    elif sys.argv[1:] == ["memory"]:
        run_memory()
    elif sys.argv[1:] == ["live"]:
        run_live()
    elif sys.argv[1:] == ["amounts"]:
        run_amounts()
    elif sys.argv[1:] == ["api"]:
        run_api()
    elif sys.argv[1:] == ["changes"]:
        run_change_log()
    elif sys.argv[1:] == ["semantic"]:
        run_semantic()
    elif sys.argv[1:] == ["semantic-compile"]:
        run_semantic_compile()
    elif sys.argv[1:] == ["reports"]:
        run_reports()
    elif sys.argv[1:] == ["hostile"]:
        run_hostile()
    elif sys.argv[1:] == ["globe"]:
        run_globe_files()
    elif not sys.argv[1:]:
        run_amounts()
        print("setting up a stadium of", SALES * SEATS_OF_A_SALE, "seats over 17 matches …")
        with open_arena(SALES) as arena:
            run_sales(arena)
            run_crowds(arena)
    else:
        sys.exit(
            "usage: python -m bench "
            "[amounts|api|changes|globe|live|memory|reports|restarts|semantic|semantic-compile|soak]"
        )
