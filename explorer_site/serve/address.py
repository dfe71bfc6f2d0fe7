"""What the settings say to serve, and where."""

from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from explorer_site.serve.refusal import Refusal


@dataclass(frozen=True)
class Address:
    """A data folder, two ports, an outside broker or none, and whether there are pages."""

    data_dir: Path
    port: int
    api_port: int
    redis_url: str = ""
    has_pages: bool = True

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """The ports that are listened on, each with its setting. Without pages the API's alone."""
        api = ("API_PORT", self.api_port)
        return (("PORT", self.port), api) if self.has_pages else (api,)

    @property
    def main_port(self) -> int:
        """The port that people are told of: of the pages, or of the API where there are none."""
        return self.port if self.has_pages else self.api_port

    def profile(self, profile_id: object) -> str:
        """Where a profile is answered: its page, or the API's document where there are none."""
        place = "profiles" if self.has_pages else "api/v1/profiles"
        return f"http://localhost:{self.main_port}/{place}/{profile_id}/"


def configured_address() -> Address:
    """The address from the settings. Raises Refusal if one of them makes no sense."""
    from django.conf import settings

    try:
        return Address(
            data_dir=settings.DATA_DIR,
            port=settings.PORT,
            api_port=settings.API_PORT,
            redis_url=settings.REDIS_URL,
            has_pages=not settings.DISABLE_UI,
        )
    except ImproperlyConfigured as error:
        raise Refusal(str(error)) from error
