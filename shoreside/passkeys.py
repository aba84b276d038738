"""Passkeys (W3C Web Authentication level 2), over the webauthn library, which is loaded by the first that is used."""

from __future__ import annotations

import base64
import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

STATION: Final = "Farhelm"


class PasskeyError(Exception):
    """A passkey cannot be made or is not believed; the message says why, for a person."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """One authenticator of a person."""

    credential_id: bytes
    public_key: bytes
    """COSE."""
    sign_count: int
    """How often it has signed; 0 for ever where it does not count."""
    name: str = ""


def domain(origin: str) -> str:
    """Return the name that passkeys of pages of `origin` are bound to; raise PasskeyError where there is none."""
    host = urlsplit(origin).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if host:
            return host
    raise PasskeyError("A passkey is bound to a name: open the console by its host name, not by a number.")


def options_to_make(person: str, origin: str, challenge: bytes, known: Sequence[Passkey]) -> dict[str, Any]:
    """Return what a browser needs to make a passkey; those that are `known` are not made again."""
    import webauthn  # noqa: PLC0415 - 9 MB that a station without passkeys does not need
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_registration_options(
        rp_id=domain(origin), rp_name=STATION, user_name=person, user_id=person.encode(), challenge=challenge,
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.DISCOURAGED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
    )  # fmt: skip
    return _plain(webauthn.options_to_json(options))


def challenge_of(answer: dict[str, Any]) -> bytes:
    """Return the challenge that a browser says it answers; raise PasskeyError where it says none that can be read."""
    try:
        said = answer["response"]["clientDataJSON"]
        text = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))["challenge"]
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PasskeyError("The passkey's answer cannot be read.") from error


def made(answer: dict[str, Any], origin: str, challenge: bytes, name: str) -> Passkey:
    """Return the passkey that a browser made; raise PasskeyError when its answer is not to this challenge and page."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        checked = webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=domain(origin), expected_origin=origin
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyError(f"The passkey is not believed: {error}.") from error
    return Passkey(checked.credential_id, checked.credential_public_key, checked.sign_count, name)


def options_to_use(origin: str, challenge: bytes, known: Sequence[Passkey]) -> dict[str, Any]:
    """Return what a browser needs to have one of the `known` passkeys sign."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=domain(origin), challenge=challenge,
        allow_credentials=[structs.PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
        user_verification=structs.UserVerificationRequirement.PREFERRED,
    )  # fmt: skip
    return _plain(webauthn.options_to_json(options))


def used(answer: dict[str, Any], origin: str, challenge: bytes, known: Sequence[Passkey]) -> Passkey:
    """Return the passkey that signed, with its new count; raise PasskeyError when none of the `known` did.

    A count that does not rise is an authenticator that was copied (WebAuthn level 2, 6.1.1): it is not believed.
    """
    import webauthn  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        identity = webauthn.base64url_to_bytes(str(answer["id"]))
        passkey = next(one for one in known if one.credential_id == identity)
        checked = webauthn.verify_authentication_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=domain(origin), expected_origin=origin,
            credential_public_key=passkey.public_key, credential_current_sign_count=passkey.sign_count,
        )  # fmt: skip
    except StopIteration:
        raise PasskeyError("This passkey is none of yours.") from None
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyError(f"The passkey is not believed: {error}.") from error
    return Passkey(passkey.credential_id, passkey.public_key, checked.new_sign_count, passkey.name)


def _plain(text: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(text)
    return plain
