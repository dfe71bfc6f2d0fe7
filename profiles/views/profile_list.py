"""The Profile Manager: all profiles, kept up to date by a fragment."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from profiles.filters import ProfileFilter
from profiles.models import NAME_LENGTH, Profile, Status
from profiles.selectors import device_profiles, profiles_visible
from profiles.stores import source_store
from profiles.views.rows import row_of

PAGE_ROWS = 100
RUNNING = (Status.PENDING, Status.PROCESSING)
NEWEST_FIRST = "-created_at"
COLUMNS = (
    ("name", "Name", "name"),
    ("status", "Status", "status"),
    ("activity", "Activity", ""),
    ("duration", "Duration", "duration_ns"),
    ("cores", "Cores", "cores"),
    ("size", "Size", "size_bytes"),
    ("uploaded", "Uploaded", "created_at"),
    ("more", "Actions", ""),
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The list is the home page."""
    return redirect("profile-list")


@require_safe
def profile_list(request: HttpRequest) -> HttpResponse:
    """The list, or the first-run screen while there is nothing."""
    context = {
        **_rows(request),
        "most_bytes": settings.MAX_FILE_BYTES,
        "name_length": NAME_LENGTH,
        "port": _port(request),
    }
    used, free = context["used_bytes"], context["free_bytes"]
    context["used_share"] = round(100 * used / max(used + free, 1), 2)
    template = "profiles/list.html" if context["counts"]["all"] else "profiles/first_run.html"
    return render(request, template, context)


@require_safe
def profile_rows(request: HttpRequest) -> HttpResponse:
    """The rows alone, for the page to take in."""
    response = render(request, "profiles/_rows.html", _rows(request))
    response["Cache-Control"] = "no-store"
    return response


def _port(request: HttpRequest) -> str:
    """The port of the address the browser used, which a tunnel may have changed."""
    _, colon, port = request.get_host().rpartition(":")
    return port if colon and port.isdecimal() else request.get_port()


def _rows(request: HttpRequest) -> dict[str, Any]:
    found = ProfileFilter(request.GET, queryset=profiles_visible())
    rows = found.qs if found.is_valid() else profiles_visible()
    if not request.GET.get("search", "").strip() and not request.GET.get("parent"):
        rows = rows.filter(parent=None)
    page: Page[Profile] = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    counts = _counts()
    opened = set(request.GET.getlist("open"))
    chosen = [status for status in request.GET.getlist("status") if status in Status.values]
    search = request.GET.get("search", "").strip()
    ordering = request.GET.get("ordering") or NEWEST_FIRST
    return {
        "rows": list(_with_devices(page, opened)),
        "opened": sorted(opened),
        "page": page,
        "columns": _columns(ordering),
        "counts": counts,
        "counts_text": " ".join(f"{name}={number}" for name, number in counts.items()),
        "used_bytes": _used_bytes(),
        "free_bytes": source_store().free_bytes(),
        "is_running": Profile.objects.filter(status__in=RUNNING).exists(),
        "is_filtered": bool(chosen or search),
        "search": search,
        "chosen": chosen[0] if len(chosen) == 1 else "several" if chosen else "",
        "chosen_statuses": chosen,
        "ordering": ordering,
        "statuses": Status.values,
    }


def _with_devices(page: Iterable[Profile], opened: set[str]) -> Iterator[dict[str, Any]]:
    """The rows, under an opened system profile those of its device profiles."""
    for profile in page:
        row = row_of(profile)
        row["is_open"] = row["id"] in opened
        yield row
        if row["is_open"] and row["devices"]["total"]:
            for device in device_profiles(profile.pk):
                yield {**row_of(device), "is_device": True}


def _counts() -> dict[str, int]:
    """How many profiles there are in each status, and in all; a capture counts as one."""
    whole = Profile.objects.filter(parent=None)
    grouped = whole.order_by().values_list("status").annotate(number=Count("pk"))
    numbers = dict(grouped)
    counts = {status: int(numbers.get(status, 0)) for status in Status.values}
    return {"all": sum(counts.values()), **counts}


def _used_bytes() -> int:
    """Bytes of uploaded files and of the tables of current runs."""
    # The files of a device profile are those of its capture.
    sums = Profile.objects.aggregate(
        files=Sum("size_bytes", filter=Q(parent=None)), tables=Sum("current_run__table_bytes")
    )
    return int(sums["files"] or 0) + int(sums["tables"] or 0)


def _columns(ordering: str) -> list[dict[str, str]]:
    """The heads: title, which way each is sorted now, and what a click sorts by."""
    field, is_falling = ordering.removeprefix("-"), ordering.startswith("-")
    found = []
    for slug, title, key in COLUMNS:
        is_now = bool(key) and key == field
        turned = key if is_now and is_falling else f"-{key}"
        if key in ("name", "status") and not is_now:
            turned = key
        found.append(
            {
                "slug": slug,
                "title": title,
                "sort": ("descending" if is_falling else "ascending") if is_now else "",
                "ordering": turned if key else "",
                "href": f"?{urlencode({'ordering': turned})}",
            }
        )
    return found
