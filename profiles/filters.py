"""The filters of the profile list, the same for page and API."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet

from profiles.models import Profile, Status


class ProfileFilter(django_filters.FilterSet):
    """`?status=FAILED&status=PENDING&search=attention&ordering=-created_at`"""

    status = django_filters.MultipleChoiceFilter(choices=Status.choices)
    search = django_filters.CharFilter(method="by_words", max_length=200)
    ordering = django_filters.OrderingFilter(
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
        fields: ClassVar = ["status", "search"]

    def by_words(self, queryset: QuerySet[Profile], _name: str, value: str) -> QuerySet[Profile]:
        """Every word stands somewhere in the name; `status:failed` is a status instead."""
        for word in value.split():
            key, colon, rest = word.partition(":")
            if colon and key.lower() == "status" and rest.upper() in Status.values:
                queryset = queryset.filter(status=rest.upper())
            else:
                queryset = queryset.filter(name__icontains=word)
        return queryset
