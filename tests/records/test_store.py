"""Content-addressed files."""

import hashlib
import io

import pytest

from dualcore.errors import DataError, NotFound
from dualcore.records.store import FileStore


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "files")


def _files(store):
    return [p for p in store.folder.rglob("*") if p.is_file()]


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
