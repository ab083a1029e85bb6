import time, cProfile, pstats
from tests.stadium import build_stadium
def test_it(seller, follower, facts):
    st = build_stadium(seller)
    follower.step()
    for i in range(3):
        sale = st.begin(type="CATALOG"); sale = st.add(sale, st.line("SCARF", 2, "100", bundleId=None)); sale = st.equal(sale, 3); sale = st.act("saleFinalise", sale)
        t=time.perf_counter(); follower.step(); print('batch', time.perf_counter()-t)
    sale = st.begin(type="CATALOG"); sale = st.add(sale, st.line("SCARF", 2, "100", bundleId=None)); sale = st.equal(sale, 3); sale = st.act("saleFinalise", sale)
    pr=cProfile.Profile(); pr.enable(); follower.step(); pr.disable()
    pstats.Stats(pr).sort_stats('tottime').print_stats(22)
    pstats.Stats(pr).sort_stats('cumtime').print_stats(40)
