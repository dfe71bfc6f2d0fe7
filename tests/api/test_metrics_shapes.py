"""What the API answers is what its document says, field by field."""

from typing import Any

from django.test import Client
from rest_framework import serializers

from profiles.api.metrics_shapes import MetricEntry, Summary
from profiles.models import Profile

Shape = serializers.BaseSerializer[Any] | serializers.Field[Any, Any, Any, Any]


def faults(shape: Any, value: Any, place: str) -> list[str]:
    """Where a value is not of the shape."""
    if value is None:
        return [] if shape.allow_null else [f"{place} is null"]
    if isinstance(shape, serializers.ListSerializer):
        return [
            fault
            for number, one in enumerate(value)
            for fault in faults(shape.child, one, f"{place}[{number}]")
        ]
    if isinstance(shape, serializers.Serializer):
        return _object_faults(shape, value, place)
    if isinstance(shape, serializers.DictField):
        child = shape.child
        named = isinstance(child, serializers.Serializer)
        return [f for k, v in value.items() for f in faults(child, v, f"{place}.{k}") if named]
    try:
        shape.run_validation(value)
    except serializers.ValidationError as error:
        return [f"{place}: {error.detail}"]
    return []


def _object_faults(shape: serializers.Serializer[Any], value: Any, place: str) -> list[str]:
    wanted = set(shape.fields)
    found = [f"{place} lacks {name}" for name in sorted(wanted - set(value))]
    found += [f"{place} has {name}" for name in sorted(set(value) - wanted)]
    for name in wanted & set(value):
        found += faults(shape.fields[name], value[name], f"{place}.{name}")
    return found


def test_the_summary_is_of_the_documented_shape(client: Client, processed: Profile) -> None:
    path = f"/api/v1/profiles/{processed.pk}/metrics/"
    for query in ("", "?core=0", "?start_ns=1000&end_ns=2000"):
        assert faults(Summary(), client.get(path + query).json(), "summary") == []


def test_the_list_of_metrics_is_of_the_documented_shape(client: Client, db: None) -> None:
    assert faults(MetricEntry(many=True), client.get("/api/v1/metrics/").json(), "metrics") == []


def test_a_missing_a_further_and_a_wrong_field_are_told(client: Client, processed: Profile) -> None:
    found = client.get(f"/api/v1/profiles/{processed.pk}/metrics/").json()
    del found["range"]["is_whole"]
    found["strip"][0]["colour"] = "red"
    found["opcodes"][0]["count"] = "many"
    told = faults(Summary(), found, "summary")
    assert "summary.range lacks is_whole" in told
    assert "summary.strip[0] has colour" in told
    assert any(fault.startswith("summary.opcodes[0].count") for fault in told)
