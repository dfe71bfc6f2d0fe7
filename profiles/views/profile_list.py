"""The Profile Manager: all profiles, kept up to date by a fragment."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from profiles.filters import ProfileFilter
from profiles.models import STAGES, Profile, Status
from profiles.presentation import profile_document
from profiles.selectors import profiles_visible
from profiles.stores import source_store

PAGE_ROWS = 100


@require_safe
def home(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The list is the home page."""
    return redirect("profile-list")


@require_safe
def profile_list(request: HttpRequest) -> HttpResponse:
    """The list, or the first-run screen while there is nothing."""
    context = {**_rows(request), "free_bytes": source_store().free_bytes()}
    template = "profiles/list.html" if Profile.objects.exists() else "profiles/first_run.html"
    return render(request, template, context)


@require_safe
def profile_rows(request: HttpRequest) -> HttpResponse:
    """The rows alone, for the page to take in."""
    response = render(request, "profiles/_rows.html", _rows(request))
    response["Cache-Control"] = "no-store"
    return response


def _rows(request: HttpRequest) -> dict[str, Any]:
    found = ProfileFilter(request.GET, queryset=profiles_visible())
    rows = found.qs if found.is_valid() else profiles_visible()
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    everything = Profile.objects.aggregate(size=Sum("size_bytes"))
    running = Profile.objects.filter(status__in=[Status.PENDING, Status.PROCESSING])
    return {
        "profiles": [profile_document(profile) for profile in page],
        "page": page,
        "stages": STAGES,
        "total": Profile.objects.count(),
        "total_bytes": everything["size"] or 0,
        "is_running": running.exists(),
        "search": request.GET.get("search", ""),
        "chosen_status": request.GET.get("status", ""),
        "ordering": request.GET.get("ordering", "-created_at"),
        "statuses": Status.values,
    }
