"""Archives of capture directories, sound and hostile, as bytes."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping

import pyarrow as pa

Files = Mapping[str, bytes]
KINDS = ("tar", "gzip", "zstd", "zip")


def packed(kind: str, files: Files) -> bytes:
    """The files as an archive of that kind, in their order."""
    return {"tar": tar, "gzip": gzipped, "zstd": zstd, "zip": zipped}[kind](files)


def tar(files: Files) -> bytes:
    """A plain tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            add(archive, name, data)
    return out.getvalue()


def add(archive: tarfile.TarFile, name: str, data: bytes = b"", **facts: object) -> None:
    """One member, with what else its header says."""
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in facts.items():
        setattr(info, key, value)
    archive.addfile(info, io.BytesIO(data) if data else None)


def gzipped(files: Files) -> bytes:
    """A tar packed with gzip."""
    return gzip.compress(tar(files), 1)


def zstd(files: Files) -> bytes:
    """A tar packed with zstd."""
    return pa.compress(tar(files), codec="zstd", asbytes=True)


def zipped(files: Files) -> bytes:
    """A zip with deflated members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def one_odd_member(name: str, kind: bytes = tarfile.REGTYPE, **facts: object) -> bytes:
    """A tar whose second member is odd."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        add(archive, "good.txt", b"good")
        add(archive, name, type=kind, **facts)
    return out.getvalue()


ODD = (
    ("link.ntff", tarfile.SYMTYPE, {"linkname": "/etc/passwd"}),
    ("hard.ntff", tarfile.LNKTYPE, {"linkname": "good.txt", "size": 3000}),
    ("tty.ntff", tarfile.CHRTYPE, {"devmajor": 1, "devminor": 3}),
    ("disk.ntff", tarfile.BLKTYPE, {}),
    ("pipe.ntff", tarfile.FIFOTYPE, {}),
    ("odd.ntff", b"?", {}),
    ("/etc/cron.d/job", tarfile.REGTYPE, {}),
    ("../../up.ntff", tarfile.REGTYPE, {}),
    ("a\\b.ntff", tarfile.REGTYPE, {}),
    ("c\nd.ntff", tarfile.REGTYPE, {}),
)
HOSTILE_MEMBERS = len(ODD) + 2


def hostile(good: Files) -> bytes:
    """A tar of sound files with every kind of member between them that is not allowed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, facts in ODD:
            add(archive, name, type=kind, **facts)
        for name, data in good.items():
            add(archive, name, data)
        add(archive, "x/" * 600 + "long.ntff", b"long")
        add(archive, next(iter(good), "/x"), b"again")
    return out.getvalue()


def zip_of_link() -> bytes:
    """A zip that holds a symbolic link, as zip on Unix marks it."""
    out = io.BytesIO()
    info = zipfile.ZipInfo("link.ntff")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()
