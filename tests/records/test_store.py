"""Content-addressed files."""

import errno
import hashlib
import io

import fsspec
import pytest

from dualcore.errors import DataError, NotFound
from dualcore.records.store import FileStore


@pytest.fixture(params=["folder", "elsewhere"])
def store(request, tmp_path):
    """A folder, and a file system that is not this machine's (in memory, for want of an object store)."""
    if request.param == "folder":
        return FileStore(tmp_path / "files")
    fsspec.filesystem("memory").store.clear()
    return FileStore("memory://bucket/dualcore", tmp_path / "fetched")


def _files(store):
    kept = [p for p in store.folder.rglob("*") if p.is_file()]
    assert store.local or len(kept) == len(list(store.everything()))
    return kept


def test_content_comes_back_under_its_hash_and_is_kept_once(store, tmp_path):
    content = b"a,b\n1,2\n" * 500_000
    (tmp_path / "x.csv").write_bytes(content)
    sha, size = store.put(io.BytesIO(content))
    assert (sha, size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert store.put_file(tmp_path / "x.csv") == (sha, size)
    assert store.path(sha).read_bytes() == content
    assert len(_files(store)) == 1


def test_a_changed_file_is_noticed(store):
    sha, _ = store.put(io.BytesIO(b"honest numbers"))
    place = store.path(sha)
    place.write_bytes(b"better numbers")
    if not store.local:  # the copy here is only a copy
        assert store.path(sha).read_bytes() == b"honest numbers"
        store._fs.pipe_file(store._remote(sha), b"better numbers")
        place.unlink()
    with pytest.raises(DataError) as caught:
        store.path(sha)
    assert caught.value.code == "file_changed"


def test_a_file_over_the_limit_leaves_nothing_behind(store):
    with pytest.raises(DataError) as caught:
        store.put(io.BytesIO(b"x" * 3_000_001), limit_bytes=3_000_000)
    assert (caught.value.code, caught.value.fields) == ("file_too_big", {"limit_mb": 3})
    assert _files(store) == []


def test_a_broken_upload_leaves_nothing_behind(store):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        store.put(Broken())
    assert _files(store) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 64, "A" * 64])
def test_only_stored_hashes_are_found(store, name):
    with pytest.raises(NotFound):
        store.path(name)


def test_what_another_machine_stored_is_fetched(tmp_path):
    fsspec.filesystem("memory").store.clear()
    sha, _ = FileStore("memory://bucket/x", tmp_path / "a").put(io.BytesIO(b"shared"))
    here = FileStore("memory://bucket/x", tmp_path / "b")
    assert here.path(sha).read_bytes() == b"shared" and list(here.everything()) == [sha]
    here.remove(sha)
    for store in (here, FileStore("memory://bucket/x", tmp_path / "c")):
        with pytest.raises(NotFound):
            store.path(sha)


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "store_full"), (errno.EROFS, "store_read_only")])
def test_a_full_or_read_only_disk_is_said_and_leaves_nothing(store, monkeypatch, number, code):
    kept, _ = store.put(io.BytesIO(b"before"))
    before = len(_files(store))

    def full(*_):
        raise OSError(number, "no")

    with monkeypatch.context() as patched:
        patched.setattr("dualcore.records.store.os.fsync", full)
        with pytest.raises(DataError) as caught:
            store.put(io.BytesIO(b"after"))
    assert caught.value.code == code
    assert len(_files(store)) == before and store.path(kept).read_bytes() == b"before"
