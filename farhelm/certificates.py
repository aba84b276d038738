"""`farhelm certificates`: the fleet's own authority, certificates for vessels, shore and broker, and who is revoked.

The authority's key stays on one machine that is no server. Everything is X.509 with ECDSA P-256, read by any TLS library.
"""

from __future__ import annotations

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from protocols.aio.clock import SystemClock
from protocols.link import topics

AUTHORITY_DAYS: Final = 3650
BROKER_DAYS: Final = 365
CLIENT_DAYS: Final = 90
"""A ship's certificate: revocation then matters for three months at most (reliability.md X2)."""
CRL_DAYS: Final = 3650
"""mosquitto refuses everybody once its list has run out, so the list outlives the certificates."""
SKEW: Final = timedelta(hours=1)
"""A certificate is valid from a little before now: clocks at sea differ."""
SHORE: Final = ("FARHELM-SHORE", "FARHELM-STOP")
"""Names in deploy/mosquitto/acl that no vessel id can be."""

app = typer.Typer(no_args_is_help=True, help=__doc__)
Folder = Annotated[Path, typer.Option("--folder", help="where the authority and the certificates lie")]
Days = Annotated[int, typer.Option("--days", help="how long it is valid", min=1, max=AUTHORITY_DAYS)]


@app.command()
def authority(folder: Folder = Path("certificates")) -> None:
    """Make the authority, and an empty list of the revoked."""
    if (folder / "ca.key").exists():
        raise typer.BadParameter(f"{folder / 'ca.key'} exists: an authority is made once")
    folder.mkdir(parents=True, exist_ok=True)
    key, name = ec.generate_private_key(ec.SECP256R1()), _name("Farhelm fleet authority")
    made = _builder(name, name, key.public_key(), AUTHORITY_DAYS)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    made = made.add_extension(_usage(signs_certificates=True), critical=True)
    _write_key(folder / "ca.key", key)
    (folder / "ca.crt").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    _write_revoked(folder, [])
    print(f"{folder}: ca.crt goes to every machine, ca.key stays where it is")


@app.command()
def client(name: str, folder: Folder = Path("certificates"), days: Days = CLIENT_DAYS) -> None:
    """Make the certificate of a vessel (its id), of the shore (FARHELM-SHORE) or of the stop (FARHELM-STOP)."""
    if name not in SHORE and not topics.is_vessel(name):
        raise typer.BadParameter(f"{name!r} is no vessel id and none of {', '.join(SHORE)}")
    _issue(folder, name, days, ExtendedKeyUsageOID.CLIENT_AUTH, [])


@app.command()
def broker(hosts: list[str], folder: Folder = Path("certificates"), days: Days = BROKER_DAYS) -> None:
    """Make the broker's certificate for the names and addresses under which it is reached."""
    _issue(folder, "broker", days, ExtendedKeyUsageOID.SERVER_AUTH, [_host(host) for host in hosts])


@app.command()
def revoke(
    certificate: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], folder: Folder = Path("certificates")
) -> None:
    """Add a certificate to the list of the revoked; give crl.pem to the broker and send it SIGHUP."""
    try:
        serial = x509.load_pem_x509_certificate(certificate.read_bytes()).serial_number
    except ValueError as error:
        raise typer.BadParameter(f"{certificate} is no certificate: {error}") from error
    _authority(folder)  # without it the new list could not be signed
    try:
        known = x509.load_pem_x509_crl((folder / "crl.pem").read_bytes())
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{folder / 'crl.pem'}, the list of the revoked, cannot be read: {error}") from error
    serials = sorted({serial, *(one.serial_number for one in known)})
    _write_revoked(folder, serials)
    print(f"{folder / 'crl.pem'}: {len(serials)} revoked")


def _issue(folder: Path, name: str, days: int, use: x509.ObjectIdentifier, hosts: list[x509.GeneralName]) -> None:
    issuer_key, issuer = _authority(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    made = _builder(_name(name), issuer.subject, key.public_key(), days)
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    made = made.add_extension(_usage(signs_certificates=False), critical=True)
    made = made.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    made = made.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
    )
    if hosts:
        made = made.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
    _write_key(folder / f"{name}.key", key)
    half = folder / f".{name}.crt"
    half.write_bytes(made.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    half.replace(folder / f"{name}.crt")
    print(f"{folder / name}.crt and .key: valid for {days} days")


def _authority(folder: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    try:
        key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
        certificate = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"{folder} holds no authority: {error}; make one with `authority`") from error
    except (ValueError, TypeError) as error:  # TypeError: the key needs a password
        word = (
            f"the authority in {folder} cannot be used: {error}; ca.key must be a private key in PEM without a password"
        )
        raise typer.BadParameter(word) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise typer.BadParameter(f"{folder / 'ca.key'} is no ECDSA key")
    return key, certificate


def _write_revoked(folder: Path, serials: list[int]) -> None:
    key, certificate = _authority(folder)
    now = _now()
    made = x509.CertificateRevocationListBuilder().issuer_name(certificate.subject)
    made = made.last_update(now - SKEW).next_update(now + timedelta(days=CRL_DAYS))
    for serial in serials:
        one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - SKEW).build()
        made = made.add_revoked_certificate(one)
    half = folder / ".crl.pem"
    half.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    half.replace(folder / "crl.pem")


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    half = path.with_name(f".{path.name}")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    half.replace(path)


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = _now()
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public_key)
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - SKEW).not_valid_after(now + timedelta(days=days))
    return made.add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=signs_certificates, crl_sign=signs_certificates, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _now() -> datetime:
    return datetime.fromtimestamp(SystemClock().utc_ns() // 1_000_000_000, UTC)
