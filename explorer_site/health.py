"""Whether the server is alive, and whether it is ready to take profiles."""

import time

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from profiles.stores import source_store

HEARTBEAT_FILE = "worker.heartbeat"
STALE_AFTER_S = 30.0


def alive(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """The process answers."""
    return JsonResponse({"status": "healthy"})


def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """The process, its database and its stores answer: 200, else 503 with what does not."""
    parts = {"database": _database(), "stores": _free_bytes() > 0}
    is_ready = all(parts.values())
    return JsonResponse({"ready": is_ready, **parts}, status=200 if is_ready else 503)


def report(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Everything about the server's health, for people and for clients of the official tool."""
    free_bytes = _free_bytes()
    parts = {"database": _database(), "stores": free_bytes > 0, "broker": _broker()}
    age_s = _heartbeat_age_s()
    parts["worker"] = age_s is not None and age_s < STALE_AFTER_S
    is_healthy = all(parts.values())
    return JsonResponse(
        {
            "status": "healthy" if is_healthy else "degraded",
            "version": settings.EXPLORER_VERSION,
            "parts": parts,
            "worker_heartbeat_age_s": age_s,
            "free_bytes": free_bytes,
        }
    )


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


def _free_bytes() -> int:
    """Free space for uploads; 0 when the folder cannot be used."""
    try:
        return source_store().free_bytes()
    except OSError:
        return 0


def _broker() -> bool:
    if not settings.REDIS_URL:
        return False
    address = settings.REDIS_URL.replace("redis+socket://", "unix://").replace(
        "?virtual_host=", "?db="
    )
    try:
        with redis.Redis.from_url(address, socket_timeout=1) as client:
            return bool(client.ping())
    except (redis.RedisError, ValueError):  # ValueError: not an address
        return False


def _heartbeat_age_s() -> float | None:
    try:
        made = (settings.DATA_DIR / "run" / HEARTBEAT_FILE).stat().st_mtime
    except OSError:
        return None
    return round(max(0.0, time.time() - made), 1)
