"""`farhelm keys`: make keys, enrol and revoke people, grant remote control; every signature is shown before it is given."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farhelm.keys import desk, files
from farhelm.keys.ashore import Station
from protocols.aio.clock import SystemClock
from protocols.errors import ProtocolError
from protocols.link import signing, topics
from protocols.link.roster import Grant, Roster

DAYS_MAX: Final = 3650
EARLIER_NS: Final = 3600 * 1_000_000_000
"""Valid from an hour before now: clocks at sea differ."""

app = typer.Typer(no_args_is_help=True, help="The Master's tool: keys, who may order, the grant of remote control.")
Vessel = Annotated[str, typer.Argument(help="The vessel's id.")]
Master = Annotated[Path, typer.Option("--master", help="The Master's key.", exists=True, dir_okay=False)]
Folder = Annotated[Path, typer.Option("--folder", help="Where VESSEL.roster and VESSEL.grant lie.")]
Days = Annotated[int, typer.Option("--days", min=1, max=DAYS_MAX, help="How long it is valid.")]
Yes = Annotated[bool, typer.Option("--yes", help="Sign without asking.")]
Url = Annotated[str, typer.Option("--url", help="The console's address.", envvar="FARHELM_URL", show_envvar=True)]
Token = Annotated[
    str, typer.Option("--token", help="API token of a master or supervisor.", envvar="FARHELM_TOKEN", show_envvar=True)
]
Password = Annotated[
    str, typer.Option("--password", help="Password of the key.", envvar="FARHELM_KEY_PASSWORD", show_envvar=True)
]


@contextmanager
def _in_words() -> Generator[None]:
    """Whatever goes wrong is told in a line and ends the program, without a trace."""
    try:
        yield
    except (ProtocolError, OSError, ValueError, httpx.HTTPError) as error:
        typer.echo(f"farhelm keys: {str(error) or type(error).__name__}", err=True)
        raise typer.Exit(1) from error


@app.command()
def new(
    file: Annotated[Path, typer.Argument(help="The file to make; only its owner can read it.")],
    password: Password = "",
    *,
    is_plain: Annotated[bool, typer.Option("--plain", help="No password: for programs, not for a Master.")] = False,
) -> None:
    """Make a key; say its public half as the vessel's configuration wants it.

    Examples:
      farhelm keys new master.pem

      farhelm keys new script.pem --plain
    """
    with _in_words():
        if not is_plain and not password:
            password = typer.prompt("Password of the new key", hide_input=True, confirmation_prompt=True)
        public = signing.public_bytes(files.make_key(file, "" if is_plain else password))
    typer.echo(f'{file}: keep it where no server is, and a copy in a safe.\nmaster_public_key = "{public.hex()}"')


@app.command()
def asked(
    url: Url, token: Token, output: Annotated[Path, typer.Option("--output", "-o")] = Path("enrolments.json")
) -> None:
    """Fetch the keys whose enrolment people asked for, to be looked at and given to `enrol`."""
    with _in_words():
        rows = Station(url, token).enrolments()
        output.write_text(json.dumps({"enrolments": rows}, indent=1, default=str))
    for row in rows:
        typer.echo(f"{row['person']}, {row['role']}, {row['roc']}, {row['console']}: {row['key_state']}")
    typer.echo(
        f"{output}: {len(rows)} keys. Ask each person before you sign: the station could have made this list up."
    )


@app.command()
def enrol(
    vessel: Vessel,
    master: Master,
    source: Annotated[Path, typer.Option("--from", help="What `farhelm keys asked` wrote.", exists=True)],
    person: Annotated[list[str] | None, typer.Option("--person", help="Only this person; repeatable.")] = None,
    folder: Folder = Path(),
    days: Days = 365,
    password: Password = "",
    *,
    is_rotation: Annotated[bool, typer.Option("--rotate", help="Their other keys at the same console go.")] = False,
    yes: Yes = False,
) -> None:
    """Sign the vessel's next roster with these people's keys in it, beside those that are there.

    Examples:
      farhelm keys enrol gannet --master master.pem --from enrolments.json --person ann --person bob
    """
    with _in_words():
        rows: list[dict[str, Any]] = json.loads(source.read_text())["enrolments"]
        meant = [row for row in rows if not person or row.get("person") in person]
        absent = sorted(set(person or ()) - {str(row.get("person")) for row in meant})
        if absent or not meant:
            raise ValueError(f"{source} has no key of {', '.join(absent) or 'anybody'}")
        entries = [desk.entry_of(row, _span(days)) for row in meant]
        _next_roster(
            vessel, master, folder, password, yes, lambda last: desk.enrolled(last, entries, replaces=is_rotation)
        )


@app.command()
def revoke(
    vessel: Vessel,
    person: Annotated[str, typer.Argument(help="Whose keys.")],
    master: Master,
    console: Annotated[str | None, typer.Option(help="Only the key of this console; '' is a key file.")] = None,
    key_id: Annotated[str, typer.Option("--key", help="Only the key of this name, 16 hexadecimal digits.")] = "",
    folder: Folder = Path(),
    password: Password = "",
    *,
    yes: Yes = False,
) -> None:
    """Sign the vessel's next roster without somebody's keys: a stolen console, a person who left.

    Examples:
      farhelm keys revoke gannet ann --console "desk 3" --master master.pem && farhelm keys send gannet.roster
    """
    with _in_words():
        only = bytes.fromhex(key_id) if key_id else None
        _next_roster(vessel, master, folder, password, yes, lambda last: desk.revoked(last, person, console, only))


@app.command()
def grant(
    vessel: Vessel,
    master: Master,
    by: Annotated[str, typer.Option("--by", help="Name of the vessel's current Master (AUT-12).")],
    roc: Annotated[list[str], typer.Option("--roc", help="Operations centre that may take her; repeatable.")],
    level: Annotated[list[str], typer.Option("--level", help="observe, advise, setpoint, direct; repeatable.")],
    group: Annotated[list[str] | None, typer.Option("--group", help="Function group; conn unless said.")] = None,
    folder: Folder = Path(),
    days: Days = 30,
    password: Password = "",
    *,
    yes: Yes = False,
) -> None:
    """Sign the remote-access grant: who may take which group at which level, and for how long (AUT-07).

    Examples:
      farhelm keys grant gannet --master master.pem --by "K. Park" --roc "Busan ROC" --level setpoint --days 14
    """
    with _in_words():
        key, span = _key(master, password), _span(days)
        path = _place(folder, vessel, ".grant")
        last = files.read_word(path, signing.public_bytes(key)) if path.exists() else None
        wanted = Grant(vessel, "", by, tuple(roc), tuple(group or ["conn"]), tuple(level), span.begin_ns, span.end_ns)
        made = desk.next_grant(last if isinstance(last, Grant) else None, wanted)
        typer.echo("\n".join(_words(made)))
        _signed(folder, made, key, yes)


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="A .roster or .grant file.", exists=True)],
    master_public_key: Annotated[str, typer.Option(help="Check the signature against it, 64 hexadecimal digits.")] = "",
) -> None:
    """Say what a signed roster or grant holds, and whether the signature is the Master's."""
    with _in_words():
        word = files.read_word(file, bytes.fromhex(master_public_key) if master_public_key else None)
    typer.echo("\n".join(_words(word)))
    typer.echo(
        "The signature holds." if master_public_key else "The signature was NOT checked: give --master-public-key."
    )


@app.command()
def send(
    url: Url, token: Token, words: Annotated[list[Path], typer.Argument(help=".roster and .grant files.", exists=True)]
) -> None:
    """Hand signed rosters and grants to the station, which sends them to the ship; the ship checks them herself."""
    with _in_words():
        station = Station(url, token)
        for path in words:
            taken = station.hand_in(path)
            typer.echo(
                f"{path.name}: taken for {taken['vessel']}, version {taken['version']}; the ship's answer is an event"
            )


def _next_roster(
    vessel: str, master: Path, folder: Path, password: str, yes: bool, change: Callable[[Roster], Roster]  # noqa: FBT001 - passed on
) -> None:  # fmt: skip
    key, path = _key(master, password), _place(folder, vessel, ".roster")
    last = files.read_word(path, signing.public_bytes(key)) if path.exists() else None
    before = last if isinstance(last, Roster) else Roster(vessel, 0, ())
    after = change(before)
    typer.echo(f"{vessel}, roster version {after.version}:")
    typer.echo("\n".join(desk.changes(before, after)) or "nothing changes")
    _signed(folder, after, key, yes)


def _signed(folder: Path, word: Roster | Grant, key: Ed25519PrivateKey, yes: bool) -> None:  # noqa: FBT001 - passed on
    if not yes and not typer.confirm("Sign this?"):
        raise typer.Abort
    path = files.write_word(folder, word, key)
    typer.echo(
        f"{path}: signed. `farhelm keys send {path}` gives it to the station; aboard it may also be copied in place."
    )


def _place(folder: Path, vessel: str, suffix: str) -> Path:
    if not topics.is_vessel(vessel):
        raise ValueError(f"{vessel!r} is no vessel id: a-z, 0-9 and '-', at most 32")
    return folder / f"{vessel}{suffix}"


def _key(master: Path, password: str) -> Ed25519PrivateKey:
    if files.is_encrypted(master) and not password:
        password = typer.prompt(f"Password of {master}", hide_input=True)
    return files.load_key(master, password)


def _span(days: int) -> desk.Span:
    utc_ns = SystemClock().utc_ns()
    return desk.Span(utc_ns - EARLIER_NS, utc_ns + days * desk.DAY_NS)


def _words(word: Roster | Grant) -> list[str]:
    utc_ns = SystemClock().utc_ns()
    if isinstance(word, Grant):
        return [
            f"{word.vessel}, grant version {word.version} by {word.master}",
            f"centres: {', '.join(word.rocs)}; groups: {', '.join(word.groups)}; levels: {', '.join(word.levels)}",
            desk.standing(word.valid_from_utc_ns, word.valid_to_utc_ns, utc_ns),
        ]
    told = [
        f"{desk.line(one)}; {desk.standing(one.valid_from_utc_ns, one.valid_to_utc_ns, utc_ns)}" for one in word.entries
    ]
    return [f"{word.vessel}, roster version {word.version}, {len(word.entries)} keys", *told]
