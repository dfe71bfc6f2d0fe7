"""The import map: modules name each other by plain paths and are served under hashed ones."""

import base64
import hashlib
import json
import re
from functools import cache, lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_IMPORT = re.compile(
    r"""^\s*(?:import|export)\b[^"';]*?\bfrom\s+["'](\.[^"']+)["']|^\s*import\s+["'](\.[^"']+)["']""",
    re.MULTILINE,
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@cache
def _sources() -> Path:
    return Path(settings.STATICFILES_DIRS[0])


def _module_names() -> list[str]:
    root = _sources()
    found = [*root.glob("js/**/*.js"), *root.glob("vendor/**/*.js")]
    return sorted(str(path.relative_to(root)) for path in found)


def _build_import_map() -> str:
    imports = {f"{settings.STATIC_URL}{name}": static(name) for name in _module_names()}
    return json.dumps({"imports": imports}, separators=(",", ":"), sort_keys=True)


@cache
def _frozen_import_map() -> str:
    return _build_import_map()


def import_map_text() -> str:
    """The import map as JSON; made once, except while developing."""
    return _build_import_map() if settings.DEBUG else _frozen_import_map()


@lru_cache(maxsize=2)
def _hash_of(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def import_map_hash() -> str:
    """The import map's hash as the content security policy spells it."""
    return _hash_of(import_map_text())


@cache
def modules_below(entry: str) -> tuple[str, ...]:
    """The module `entry` and everything it imports, each once, the entry first."""
    root = _sources()
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = None
        code = _COMMENT.sub("", (root / name).read_text(encoding="utf-8"))
        for one, other in _IMPORT.findall(code):
            target = (root / name).parent / (one or other)
            waiting.append(str(target.resolve().relative_to(root.resolve())))
    return tuple(found)


@register.simple_tag
def import_map(entry: str) -> SafeString:
    """The import map, preload links for `entry` and its imports, and the script itself."""
    # Not escaped: the JSON holds only names of our own files, and its hash must match.
    inline = mark_safe(f'<script type="importmap">{import_map_text()}</script>')
    links = format_html_join(
        "\n",
        '<link rel="modulepreload" href="{}">',
        ((staticfiles_storage.url(name),) for name in modules_below(entry)),
    )
    script = format_html('<script type="module" src="{}"></script>', static(entry))
    return format_html("{}\n{}\n{}", inline, links, script)
