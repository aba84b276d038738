"""The demo's own database when its folder is not what it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from farhelm.demo import postgres
from farhelm.demo.postgres import PostgresError
from tests.free_ports import free_port


def identity(cluster: Path) -> bytes:
    """Return the eight bytes by which PostgreSQL tells one cluster from another."""
    return (cluster / "global" / "pg_control").read_bytes()[:8]


def test_a_folder_that_was_removed_begins_anew(tmp_path: Path) -> None:
    """For root the cluster lies elsewhere and stays behind; nobody knows its password any more."""
    folder = tmp_path / "demo"
    folder.mkdir()
    first = postgres.prepare(folder, free_port())
    was = identity(first.cluster)
    assert identity(postgres.prepare(folder, free_port()).cluster) == was  # what is known is kept
    shutil.rmtree(folder)
    folder.mkdir()
    second = postgres.prepare(folder, free_port())
    assert second.password != first.password
    assert identity(second.cluster) != was
    shutil.rmtree(second.cluster.parent)


def test_a_password_that_is_gone_is_told_and_costs_no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "demo"
    (folder / "postgres" / "cluster").mkdir(parents=True)
    (folder / "postgres" / "cluster" / "PG_VERSION").write_text("18\n")
    monkeypatch.setattr(postgres, "_home", lambda wanted, _user: wanted)
    with pytest.raises(PostgresError, match="put it back"):
        postgres.prepare(folder, free_port())
    assert (folder / "postgres" / "cluster" / "PG_VERSION").exists()
