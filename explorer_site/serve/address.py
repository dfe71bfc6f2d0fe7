"""What the settings say to serve, and where."""

from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from explorer_site.serve.refusal import Refusal


@dataclass(frozen=True)
class Address:
    """A data folder, two ports, and an outside broker or none."""

    data_dir: Path
    port: int
    api_port: int
    redis_url: str = ""


def configured_address() -> Address:
    """The address from the settings. Raises Refusal if one of them makes no sense."""
    from django.conf import settings

    try:
        return Address(
            data_dir=settings.DATA_DIR,
            port=settings.PORT,
            api_port=settings.API_PORT,
            redis_url=settings.REDIS_URL,
        )
    except ImproperlyConfigured as error:
        raise Refusal(str(error)) from error
