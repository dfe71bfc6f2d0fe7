"""A range on some cores: its edges, what it shares with others, and a machine of each kind."""

from pathlib import Path

import pytest

from profiles.metrics.headline import METRICS as HEADLINE
from profiles.metrics.region import Region, Value
from tests.metrics.device_tables import device, instruction, limit, matmul, packet, region, tensor

TRN1 = {
    "instance_type": "trn1.2xlarge",
    "tensor_engine_clock_freq": 2.8,
    "neuroncore_clock_freq": 1.4,
    "hbm_ddr_bandwidth": 410e9,
    "dma_ddr_bandwidth": 435e9,
    "last_hw_timestamp": 53_780_000,
}
GIB = 1 << 30


def value(of: Region, name: str) -> float:
    metric = next(one for one in HEADLINE if one.id == name)
    assert metric.compute is not None
    found = metric.compute(of).value
    assert found is not None, metric.compute(of).missing
    return found


@pytest.mark.parametrize(
    ("name", "expected", "digit"),
    [
        ("balance", 223.78, 0.01),
        ("hfu", 0.1326, 0.0001),
        ("mfu_inst", 0.1087, 0.0001),
        ("intensity", 69.75, 0.01),
        ("mbu", 0.3488, 0.0001),
        ("mfu_roof", 0.3117, 0.0001),
        ("mbu_minimum_read", 0.0596, 0.0001),
    ],
)
def test_the_sums_of_a_published_summary_give_its_shares(
    tmp_path: Path, name: str, expected: float, digit: float
) -> None:
    """A published trn1 summary of 53.78 ms, its sums put into one multiplication and one DMA."""
    of = region(
        tmp_path,
        metadata=TRN1,
        Instruction=[
            matmul(0, 50_000_000, raw_flops=654_344_000_000, flops_transpose=117_976_000_000),
            instruction(
                "Sync", 0, 10, "DMA_DIRECT2D",
                hbm_read_bytes=int(4.334 * GIB), hbm_write_bytes=int(2.828 * GIB),
            ),
        ],
        TensorInfo=[tensor("w", "WEIGHT", int(1.224 * GIB))],
    )  # fmt: skip
    assert value(of, name) == pytest.approx(expected, abs=0.51 * digit)


def test_without_edges_a_range_is_all_of_the_profile(tmp_path: Path) -> None:
    run = device(tmp_path, Instruction=[instruction("Vector", 0, 10)])
    assert Region(run).is_whole
    assert Region(run, 0).is_whole
    assert Region(run, -5, 200_000).is_whole
    assert not Region(run, 1).is_whole
    assert not Region(run, None, 99_999).is_whole
    assert Region(run, 7, 7).duration_ns == 1


def test_what_lies_outside_the_profile_is_empty(tmp_path: Path) -> None:
    run = device(tmp_path, Instruction=[matmul(0, 10)], Throttle=[limit(0, 100)])
    of = Region(run, 500_000, 600_000)
    assert value(of, "useful_flops") == 0
    assert value(of, "tensor_active_ns") == 0
    assert value(of, "throttled_ns") == 0
    assert of.numbered_kinds == []


def test_engines_of_several_cores_are_one_union(tmp_path: Path) -> None:
    run = device(
        tmp_path,
        metadata={"num_physical_cores": 2},
        Instruction=[instruction("Vector", 0, 60), instruction("Vector", 40, 60, pcore_idx=1)],
    )
    both = Region(run)
    assert both.length_ns(both.engines("Vector")) == 100
    assert both.length_ns(both.engine(1, "Vector")) == 60
    second = Region(run, core=1)
    assert second.length_ns(second.engines("Vector")) == 60
    assert second.cores == (1,)


def test_unions_are_made_once_for_the_same_cores(tmp_path: Path) -> None:
    run = device(
        tmp_path,
        metadata={"num_physical_cores": 2},
        Instruction=[instruction("Vector", 0, 60)],
        DmaPacket=[packet(0, 90)],
    )
    assert Region(run, 0, 10).compute is Region(run, 5, 50).compute
    assert Region(run).moving is Region(run, 5, 50).moving
    assert Region(run).exposed is Region(run, 1, 2).exposed
    assert Region(run).compute is not Region(run, core=0).compute


def test_capacity_that_limits_take_counts_where_something_ran(tmp_path: Path) -> None:
    run = device(
        tmp_path,
        Instruction=[matmul(0, 100), matmul(300, 100)],
        Throttle=[limit(50, 300, 1, 4), limit(350, 30, 8, 8)],
    )
    of = Region(run)
    tensor_time = of.engine(0, "Tensor")
    assert of.lost_ns(0, tensor_time) == pytest.approx(0.75 * (50 + 50))
    assert of.lost_ns(0, of.everything) == pytest.approx(0.75 * 300)
    part = Region(run, 320, 360)
    assert part.lost_ns(0, tensor_time) == pytest.approx(0.75 * 30)
    assert of.lost_ns(7, tensor_time) == 0


def test_a_limit_of_nothing_is_none(tmp_path: Path) -> None:
    run = device(tmp_path, Instruction=[matmul(0, 100)], Throttle=[limit(0, 100, 0, 0)])
    assert value(Region(run), "throttled") == 0


def test_a_value_without_a_number_names_what_is_missing() -> None:
    assert Value.of(None, "records") == Value(None, "records")
    assert Value.of(0.0, "records") == Value(0.0)


def test_queues_together_cover_what_any_of_them_covers_and_are_joined_once(tmp_path: Path) -> None:
    names = ("qLoad-Q1-E64", "qSave-Q2-E64", "qSend-Q3-E64")
    packets = [
        packet(20 * n, 30, queue_name=name, queue_idx=int(name[7])) for n, name in enumerate(names)
    ]
    of = region(tmp_path, DmaPacket=packets)
    load, save, send = of.run.packets.queues
    two = of.moved_by(frozenset({load, send}))
    assert of.length_ns(two) == 60
    assert of.moved_by(frozenset({send, load})) is two
    assert of.moved_by(frozenset({load, save, send})) is of.moving
    assert of.length_ns(of.moving) == 70


def test_limits_within_a_range_are_found_once_a_core(tmp_path: Path) -> None:
    run = device(
        tmp_path,
        Instruction=[instruction("Tensor", 0, 100)],
        Throttle=[limit(0, 40), limit(40, 20, 8), limit(60, 40)],
    )
    of = Region(run, 10, 80)
    stretches, place = of.limit_stretches(0)
    assert (stretches.start_ns.tolist(), stretches.end_ns.tolist()) == ([10, 60], [40, 80])
    assert place.tolist() == [0, 2]
    assert of.limit_stretches(0)[0] is stretches
    assert Region(run, 50, 55).limit_stretches(0)[1].tolist() == []
