"""The filters of the profile list, the same for page and API."""

from typing import ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet

from profiles.models import Profile, Status


class StableOrdering(django_filters.OrderingFilter):
    """An order in which no two pages hold the same profile: of equal ones the newest first."""

    def filter(self, queryset: QuerySet[Profile], value: list[str] | None) -> QuerySet[Profile]:
        """In the order asked for; as it was where no field is named."""
        wanted = [self.get_ordering_value(name) for name in value or () if name]
        return queryset.order_by(*wanted, "-created_at", "pk") if wanted else queryset


class ProfileFilter(django_filters.FilterSet):
    """`?status=FAILED&status=PENDING&search=attention&ordering=-created_at`"""

    status = django_filters.MultipleChoiceFilter(choices=Status.choices)
    parent = django_filters.CharFilter(method="by_parent", max_length=36)
    search = django_filters.CharFilter(method="by_words", max_length=200)
    ordering = StableOrdering(
        fields=(
            ("created_at", "created_at"),
            ("name", "name"),
            ("status", "status"),
            ("size_bytes", "size_bytes"),
            ("current_run__duration_ns", "duration_ns"),
            ("current_run__core_count", "cores"),
        )
    )

    class Meta:
        model = Profile
        fields: ClassVar = ["status", "parent", "search"]

    def by_parent(self, queryset: QuerySet[Profile], _name: str, value: str) -> QuerySet[Profile]:
        """Device profiles of a system profile; `none` for what has no parent."""
        if value == "none":
            return queryset.filter(parent=None)
        try:
            return queryset.filter(parent_id=UUID(value))
        except ValueError:
            return queryset.none()

    def by_words(self, queryset: QuerySet[Profile], _name: str, value: str) -> QuerySet[Profile]:
        """Every word stands somewhere in the name; `status:failed` is a status instead."""
        for word in value.split():
            key, colon, rest = word.partition(":")
            if colon and key.lower() == "status" and rest.upper() in Status.values:
                queryset = queryset.filter(status=rest.upper())
            else:
                queryset = queryset.filter(name__icontains=word)
        return queryset
