"""The Master's tool at the station's door: who asks to be enrolled, and handing in what was signed."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx

from protocols.errors import MalformedError

TIMEOUT_S: Final = 10.0


class Station:
    """The station's HTTP interface with a token of the role master or supervisor."""

    def __init__(self, url: str, token: str) -> None:
        """Speak to the console's address `url`."""
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S)

    def enrolments(self) -> list[Mapping[str, Any]]:
        """Return the keys whose enrolment was asked for; raise MalformedError with the station's words on a refusal."""
        answer = self._said(self._http.get("/api/v1/enrolments"))
        return list(answer["enrolments"])

    def hand_in(self, path: Path) -> Mapping[str, Any]:
        """Give the station a signed roster or grant for the ship; return what it took."""
        signed = base64.b64encode(path.read_bytes()).decode()
        return self._said(self._http.put(f"/api/v1/{path.suffix[1:]}", json={"signed": signed}))

    def _said(self, answer: httpx.Response) -> Mapping[str, Any]:
        told: dict[str, Any] = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        if answer.is_success:
            return told
        raise MalformedError(f"the station answers {answer.status_code}: {told.get('detail', answer.text[:200])}")
