"""The flags that choose a workspace, put where the settings read them."""

import argparse
import os


def use_workspace(options: argparse.Namespace) -> None:
    """Put the flags where the settings read them; call it before Django is imported."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "explorer_site.settings")
    for setting, value in (
        ("DATA_DIR", options.data_path and options.data_path.resolve()),
        ("PORT", options.port),
        ("API_PORT", options.api_server_port),
        ("DISABLE_UI", True if options.disable_ui else None),
    ):
        if value is not None:
            os.environ[setting] = str(value)
