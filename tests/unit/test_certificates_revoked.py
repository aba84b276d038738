"""Revoking a certificate: the list grows, and whatever is missing is told in words, not as a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner, Result

from farhelm.certificates import app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an authority and two vessels' certificates."""
    made = tmp_path / "certificates"
    for command in (["authority"], ["client", "kestrel"], ["client", "tern"]):
        assert run(made, *command).exit_code == 0
    return made


def run(folder: Path, *command: str) -> Result:
    return CliRunner().invoke(app, [*command, "--folder", str(folder)])


def test_the_list_holds_each_certificate_once(folder: Path) -> None:
    for name in ("kestrel", "tern", "kestrel"):
        assert run(folder, "revoke", str(folder / f"{name}.crt")).exit_code == 0
    serials = {
        x509.load_pem_x509_certificate((folder / f"{name}.crt").read_bytes()).serial_number
        for name in ("kestrel", "tern")
    }
    assert {one.serial_number for one in x509.load_pem_x509_crl((folder / "crl.pem").read_bytes())} == serials


@pytest.mark.parametrize("wrong", ["another folder", "no list", "a key"])
def test_what_is_missing_is_told_in_words(folder: Path, tmp_path: Path, wrong: str) -> None:
    """Run elsewhere, a list that is gone, the key in the place of the certificate: code 2, the file's name, nothing written."""
    before = (folder / "crl.pem").read_bytes()
    where, what = folder, folder / "kestrel.crt"
    if wrong == "another folder":
        where = tmp_path / "elsewhere"
    elif wrong == "no list":
        (folder / "crl.pem").rename(tmp_path / "gone")
    else:
        what = folder / "kestrel.key"
    said = run(where, "revoke", str(what))
    assert said.exit_code == 2
    assert not isinstance(said.exception, OSError | ValueError)
    word = {"another folder": "holds no authority", "no list": "the list of the revoked", "a key": "is no certificate"}[
        wrong
    ]
    assert word in " ".join(said.output.replace("\u2502", " ").split())
    assert wrong == "no list" or (folder / "crl.pem").read_bytes() == before
