import time

from tests.stadium import build_stadium

pytest_plugins = []


def dump(facts, table):
    with facts.cursor() as c:
        return sorted(
            c.execute(f"select * exclude (organisation_id) from store.{table}").fetchall(), key=str
        )


def test_it(seller, follower, facts):
    st = build_stadium(seller)
    t = time.perf_counter()
    follower.step()
    print("rebuild", time.perf_counter() - t)
    sale = st.begin()
    t = time.perf_counter()
    print(follower.step(), time.perf_counter() - t)
    sale = st.add(sale, st.line("SEAT", 2, "100", seatIds=st.seats[:2]))
    sale = st.equal(sale, 3)
    sale = st.act("saleFinalise", sale)
    for _ in range(3):
        t = time.perf_counter()
        print(follower.step(), time.perf_counter() - t)
    with facts.cursor() as c:
        for (n,) in c.execute(
            "select table_name from information_schema.tables where table_schema='store'"
        ).fetchall():
            print(n, c.execute(f"select count(*) from store.{n}").fetchall())
        print(c.execute("select * from store.fact_sale_movement").fetchall())
        print(c.execute("select name, path, stand, block from store.dim_location").fetchall())
    print(follower.freshness())
