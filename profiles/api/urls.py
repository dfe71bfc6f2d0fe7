"""Addresses of the API, below /api/v1/."""

from django.urls import path, re_path, register_converter
from drf_spectacular.views import SpectacularAPIView

from profiles.api.annotation_sets import (
    AnnotationSetListView,
    AnnotationSetLoadView,
    AnnotationSetView,
)
from profiles.api.annotations import (
    AnnotationFileView,
    AnnotationImportView,
    AnnotationListView,
    AnnotationView,
)
from profiles.api.colours import ColoursView, TileColoursView
from profiles.api.critical_path import CriticalPathView
from profiles.api.dependencies import DependenciesView
from profiles.api.dependency_chain import DependencyChainView
from profiles.api.devices import DeviceLinkView, DeviceListView, DeviceRowsView
from profiles.api.docs import docs_page
from profiles.api.flow import FlowView
from profiles.api.hbm import HbmUsageView
from profiles.api.metrics import MetricListView, MetricsView
from profiles.api.outputs import OutputView
from profiles.api.profiles import ProfileListView, ProfileView, ReprocessView, SampleView
from profiles.api.range_export import RangeExportView
from profiles.api.runs import IgnoredListView, RunListView, SourceFileView, SourceListView
from profiles.api.search import SearchCapsView, SearchFieldsView, SearchStepView, SearchView
from profiles.api.selection import SelectionView
from profiles.api.series import SeriesAtView, SeriesListView, SeriesView
from profiles.api.system import FindView, RangeStatisticsView
from profiles.api.system_summary import SystemSummaryView
from profiles.api.tables import TableFileView, TableListView, TableRowsView
from profiles.api.tiles import TileListView
from profiles.api.timeline import TileView, TimelineView
from profiles.api.trace import TraceView
from profiles.api.unknown import UnknownView
from profiles.api.waits import WaitsView


class LevelConverter:
    """A level of the timeline; -1 holds slices."""

    regex = r"-1|[0-9]{1,3}"

    def to_python(self, value: str) -> int:
        """The level's number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """As it stands in an address."""
        return str(value)


class EndingConverter:
    """How a file of markers and regions ends."""

    regex = "json|csv"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(LevelConverter, "level")
register_converter(EndingConverter, "ending")

_PROFILE = "profiles/<uuid:profile_id>/"
_RUN = f"{_PROFILE}runs/<int:run>/"
_ANNOTATIONS = f"{_PROFILE}annotations/"

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", docs_page, name="api-docs"),
    path("profiles/", ProfileListView.as_view(), name="api-profile-list"),
    path("profiles/sample/", SampleView.as_view(), name="api-profile-sample"),
    path(_PROFILE, ProfileView.as_view(), name="api-profile"),
    path(f"{_PROFILE}reprocess/", ReprocessView.as_view(), name="api-profile-reprocess"),
    path(f"{_PROFILE}runs/", RunListView.as_view(), name="api-run-list"),
    path(f"{_PROFILE}ignored/", IgnoredListView.as_view(), name="api-ignored-list"),
    path(f"{_PROFILE}sources/", SourceListView.as_view(), name="api-source-list"),
    path(
        f"{_PROFILE}sources/<int:source_id>/file", SourceFileView.as_view(), name="api-source-file"
    ),
    path(f"{_PROFILE}tables/", TableListView.as_view(), name="api-table-list"),
    path(f"{_PROFILE}tables/<slug:table>.parquet", TableFileView.as_view(), name="api-table-file"),
    path(f"{_PROFILE}tables/<slug:table>/rows/", TableRowsView.as_view(), name="api-table-rows"),
    path(_ANNOTATIONS, AnnotationListView.as_view(), name="api-annotation-list"),
    path(
        f"{_ANNOTATIONS}export.<ending:ending>",
        AnnotationFileView.as_view(),
        name="api-annotation-export",
    ),
    path(f"{_ANNOTATIONS}import/", AnnotationImportView.as_view(), name="api-annotation-import"),
    path(f"{_ANNOTATIONS}sets/", AnnotationSetListView.as_view(), name="api-annotation-sets"),
    path(
        f"{_ANNOTATIONS}sets/<uuid:set_id>/", AnnotationSetView.as_view(), name="api-annotation-set"
    ),
    path(
        f"{_ANNOTATIONS}sets/<uuid:set_id>/load/",
        AnnotationSetLoadView.as_view(),
        name="api-annotation-set-load",
    ),
    path(f"{_ANNOTATIONS}<uuid:annotation_id>/", AnnotationView.as_view(), name="api-annotation"),
    path("metrics/", MetricListView.as_view(), name="api-metric-list"),
    path(f"{_PROFILE}metrics/", MetricsView.as_view(), name="api-metrics"),
    path(f"{_PROFILE}devices/", DeviceListView.as_view(), name="api-device-list"),
    path(f"{_RUN}device-link/", DeviceLinkView.as_view(), name="api-device-link"),
    path(f"{_RUN}device-rows/", DeviceRowsView.as_view(), name="api-device-rows"),
    path(f"{_RUN}flow/", FlowView.as_view(), name="api-flow"),
    path(f"{_RUN}dependencies/", DependenciesView.as_view(), name="api-dependencies"),
    path(f"{_RUN}dependencies/chain/", DependencyChainView.as_view(), name="api-dependency-chain"),
    path(f"{_RUN}waits/", WaitsView.as_view(), name="api-waits"),
    path(f"{_RUN}critical-path/", CriticalPathView.as_view(), name="api-critical-path"),
    path(f"{_RUN}colours/<slug:mode>/", ColoursView.as_view(), name="api-colours"),
    path(
        f"{_RUN}colours/<slug:mode>/<slug:group>/<level:level>/<int:index>",
        TileColoursView.as_view(),
        name="api-tile-colours",
    ),
    path(f"{_RUN}export/", RangeExportView.as_view(), name="api-range-export"),
    path(f"{_RUN}selection/", SelectionView.as_view(), name="api-selection"),
    path(f"{_RUN}find/", FindView.as_view(), name="api-find"),
    path(f"{_RUN}search/", SearchView.as_view(), name="api-search"),
    path(f"{_RUN}search/caps/", SearchCapsView.as_view(), name="api-search-caps"),
    path(f"{_RUN}search/step/", SearchStepView.as_view(), name="api-search-step"),
    path(f"{_RUN}search/fields/", SearchFieldsView.as_view(), name="api-search-fields"),
    path(f"{_RUN}range-statistics/", RangeStatisticsView.as_view(), name="api-range-statistics"),
    path(f"{_RUN}system-summary/", SystemSummaryView.as_view(), name="api-system-summary"),
    path(f"{_RUN}series/", SeriesListView.as_view(), name="api-series-list"),
    path(f"{_RUN}hbm-usage/", HbmUsageView.as_view(), name="api-hbm-usage"),
    path(f"{_RUN}series/<slug:series>/", SeriesView.as_view(), name="api-series"),
    path(f"{_RUN}series/<slug:series>/at/", SeriesAtView.as_view(), name="api-series-at"),
    path(f"{_RUN}perfetto/", TraceView.as_view(), name="api-trace"),
    path(f"{_RUN}output/<str:kind>/", OutputView.as_view(), name="api-output"),
    path(f"{_RUN}timeline/", TimelineView.as_view(), name="api-timeline"),
    path(f"{_RUN}tiles/", TileListView.as_view(), name="api-tile-list"),
    path(
        f"{_RUN}tiles/<slug:group>/<level:level>/<int:index>", TileView.as_view(), name="api-tile"
    ),
    re_path(r"^.*$", UnknownView.as_view()),
]
