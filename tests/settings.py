"""The settings of the tests: the site's own, with a data folder that ends with the process."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="explorer-tests-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
for _name in ("DATABASE_URL", "REDIS_URL", "ALLOWED_NAMES", "SECRET_KEY", "DEBUG"):
    os.environ.pop(_name, None)
os.environ["DATA_DIR"] = str(_folder)

from explorer_site.settings import *  # noqa: E402, F403
from explorer_site.settings import DATABASES, STORAGES  # noqa: E402

# A file, not memory: as in the product, two connections meet only through locks.
DATABASES["default"]["TEST"] = {"NAME": str(_folder / "tests.sqlite3")}
DATABASES["default"]["CONN_MAX_AGE"] = 0
# Tests read static files from the source folder; the hashed ones have tests of their own.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = _folder / "static"
STATIC_ROOT.mkdir()
WHITENOISE_USE_FINDERS = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]
# Nobody listens there: a test that sends must say so.
REDIS_URL = f"redis+socket://{_folder}/no-broker.sock"
