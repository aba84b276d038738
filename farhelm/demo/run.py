"""Starts everything in order, keeps it running, and ends it cleanly."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, cast

import httpx
from rich.console import Console

from farhelm.demo import broker, configs, people, ports, postgres, recorded, seachart, station
from farhelm.demo.children import Child, Children
from farhelm.keys.rights import RIGHTS
from protocols.aio.clock import SystemClock
from protocols.errors import MalformedError
from shipside import parent
from simulators.fleet import FLEET

HOST: Final = "127.0.0.1"
READY_S: Final = 60.0
"""Longest wait for any one part; the slowest, the database's first start, takes 2 s on an idle machine."""
POLL_S: Final = 0.05
DISK_MIN_BYTES: Final = 300 * 1024 * 1024
"""Free space below which the demo does not start: a day of three ships and the database's own files."""


class DemoError(Exception):
    """The demo cannot run; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What `farhelm demo` was asked for."""

    port: int
    data: Path
    vessels: int
    duration_s: float | None
    seed: int
    speed: float
    recordings: tuple[str, ...] = ()
    """Recorded vessels beside the simulated ones, each as NAME=FILE[:SPEED]."""
    is_split: bool = False
    """True: the station as processes of one role each."""
    has_links: bool = False
    """True: each vessel's link goes through the simulators, whose control port delays, loses and cuts it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Ports and accounts of one start."""

    postgres_port: int
    broker_port: int
    simulator_port: int
    panel_port: int
    recording_port: int
    station: tuple[station.Part, ...]
    accounts: dict[str, str]


class Demo:
    """One run of the demo."""

    def __init__(self, options: DemoOptions, console: Console) -> None:
        """Prepare a run in the data folder of `options`; raise RecordedError for a recording that cannot be played."""
        self._options, self._console, self._clock = options, console, SystemClock()
        self._folder = options.data.resolve()
        self._fleet = FLEET[: options.vessels]
        simulated = tuple(spec.slug for spec in self._fleet)
        self._recorded = recorded.all_parsed(list(options.recordings), simulated)
        self._slugs = (*simulated, *(one.slug for one in self._recorded))
        self._children = Children(self._changed)
        self._facts: dict[str, object] = {}
        self._is_ready = False
        self._station: list[tuple[station.Part, Child]] = []
        """Its processes, the one that serves the consoles first."""

    async def run(self) -> None:
        """Start everything, wait for Ctrl-C or the end of the duration, stop everything. Raise DemoError."""
        told = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, told.set)
        try:
            await self._start(told)
            if not told.is_set():
                self._welcome()
            async with asyncio.timeout(self._options.duration_s):
                await told.wait()
        except TimeoutError:
            self._console.print("the time is over")
        finally:
            self._console.print("stopping ...")
            await self._children.stop()
            self._console.print("stopped")

    async def _start(self, told: asyncio.Event) -> None:
        begun_s = self._clock.now_s()
        plan = self._prepare()
        staff = people.people_of(self._folder)
        for step, start in (
            ("database", lambda: self._start_database(plan)),
            ("broker", lambda: self._start_broker(plan)),
            ("simulated ships", lambda: self._start_simulators(plan)),
            ("shore", lambda: self._start_shore(plan, staff)),
            ("agents", lambda: self._start_agents(plan, staff)),
            ("first data", self._wait_for_ships),
            ("log-ins", lambda: self._wait_for_people(staff)),
        ):
            if told.is_set():
                return
            await self._step(step, start)
        self._console.print(f"ready after {self._clock.now_s() - begun_s:.1f} s")

    async def _step(self, name: str, start: Callable[[], Awaitable[None]]) -> None:
        begun_s = self._clock.now_s()
        with self._console.status(f"starting: {name}"):
            await start()
        self._console.print(f"[green]\N{CHECK MARK}[/green] {name} [dim]{self._clock.now_s() - begun_s:.1f} s[/dim]")

    def _prepare(self) -> Plan:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / "logs").mkdir(exist_ok=True)
        except OSError as error:
            raise DemoError(f"the data folder {self._folder} cannot be made: {error.strerror}") from error
        free = shutil.disk_usage(self._folder).free
        if free < DISK_MIN_BYTES:
            raise DemoError(f"only {free // 1_000_000} MB are free at {self._folder}; the demo needs 300: "
                            "make room, or choose another folder with --data")  # fmt: skip
        (self._folder / "demo.json").unlink(missing_ok=True)
        ports.asked(self._options.port)
        before = 8 + len(self._recorded)
        first = ports.run_beside(ports.PER_VESSEL * (len(self._fleet) + 1) + before, self._options.port)
        simulators = first + before
        accounts = {name: secrets.token_urlsafe(18) for name in ("shore", "stop", *self._slugs)}
        parts = station.parts(self._options.port, first + 5, is_split=self._options.is_split)
        return Plan(first, first + 1, simulators, first + 2, first + 8, parts, accounts)

    async def _start_database(self, plan: Plan) -> None:
        drawing = asyncio.create_task(asyncio.to_thread(seachart.write, self._folder / configs.CHART))
        cluster = await asyncio.to_thread(postgres.prepare, self._folder, plan.postgres_port)
        self._facts["database_dsn"] = cluster.dsn
        child = Child("postgres", cluster.command(), self._log("postgres"), cluster.user, signal.SIGINT, is_last=True)
        await self._children.start(child)
        await self._until(lambda: asyncio.to_thread(cluster.is_ready), child, "the database answers")
        await drawing

    async def _start_broker(self, plan: Plan) -> None:
        made = broker.prepare(self._folder / "broker", plan.broker_port, plan.accounts, self._slugs)
        self._facts["broker_url"] = self._broker_url(plan, "shore")
        self._facts["broker"] = made.kind
        child = Child("broker", made.command, self._log("broker"), is_last=True)
        await self._children.start(child)
        await self._until(lambda: _answers(plan.broker_port), child, "the broker answers")

    async def _start_simulators(self, plan: Plan) -> None:
        found = self._folder / "ports.json"
        found.unlink(missing_ok=True)
        options = self._options
        command = [
            sys.executable, "-m", "simulators", "--vessels", str(options.vessels), "--seed", str(options.seed),
            "--speed", str(options.speed), "--base-port", str(plan.simulator_port), "--ports-file", str(found),
        ]  # fmt: skip
        if options.has_links:
            command += ["--broker", f"{HOST}:{plan.broker_port}"]
        for number, slug in enumerate(spec.slug for spec in self._fleet):
            command += ["--panel", f"{slug}={plan.panel_port + number}"]
        child = Child("simulators", command, self._log("simulators"))
        await self._children.start(child)
        await self._until(lambda: _exists(found), child, "the simulated ships are at sea")
        self._facts["simulator_ports"] = str(found)

    async def _start_shore(self, plan: Plan, staff: list[people.Person]) -> None:
        for slug in self._slugs:
            people.key_of(self._folder / slug / "vessel.pem")
        urls = {
            "broker": self._broker_url(plan, "shore"), "stop_broker": self._broker_url(plan, "stop"),
            "database": str(self._facts["database_dsn"]),
        }  # fmt: skip
        listen = f"{HOST}:{self._options.port}"
        path = configs.write_shore(self._folder, listen, urls, self._slugs, people.write_seed(self._folder, staff))
        self._station = [(part, part.child(path, self._log)) for part in plan.station]
        for _, child in self._station:
            await self._children.start(child)
        for part, child in self._station:
            await self._until(partial(_is_there, part), child, f"{part.name} answers")
        self._facts["station"] = {part.name: part.url for part in plan.station}

    async def _start_agents(self, plan: Plan, staff: list[people.Person]) -> None:
        found = json.loads((self._folder / "ports.json").read_text())["vessels"]
        vessels: list[dict[str, object]] = []
        for number, spec in enumerate(self._fleet):
            people.write_beliefs(self._folder, spec.slug, staff, self._clock.utc_ns())
            sockets, panel = found[spec.slug], plan.panel_port + number
            at = configs.Addresses(
                sockets["nmea_tcp"], sockets["plc"], sockets["autopilot"], panel,
                self._broker_url(plan, spec.slug, sockets["link"]),
                is_live=self._options.speed == 1.0,
            )  # fmt: skip
            path = configs.write_agent(self._folder, spec, at)
            for role in ("safety", "collector"):
                name = f"{role}-{spec.slug}"
                await self._children.start(Child(name, parent.command(path, role), self._log(name)))
            vessels.append({
                "vessel": spec.slug, "name": spec.identity.name, "mmsi": spec.identity.mmsi, "config": str(path),
                "panel_port": panel, "no_go_heading_deg": configs.NO_GO_HEADING_DEG,
            })  # fmt: skip
        self._facts["vessels"] = vessels + await self._start_recorded(plan)
        url = f"http://{HOST}:{self._options.port}"
        steered = [spec.slug for spec in self._fleet]
        command = [sys.executable, "-m", "farhelm.demo.master", str(self._folder), url, *steered]
        await self._children.start(Child("master", command, self._log("master")))
        self._facts |= {
            "console_url": url,
            "people": [{"person": p.person, "role": p.role, "password": p.password} for p in staff],
            "tokens": {p.role: p.token for p in reversed(staff)},
            "keys": {p.person: str(people.key_path(self._folder, p.person)) for p in staff if p.role in RIGHTS},
            "roc": people.ROC,
        }

    async def _start_recorded(self, plan: Plan) -> list[dict[str, object]]:
        """Start a player and a collector for each recorded vessel; no safety process: there is nothing to steer."""
        rows: list[dict[str, object]] = []
        for number, one in enumerate(self._recorded):
            port = plan.recording_port + number
            player = [sys.executable, "-m", "simulators", "--recording", str(one.path), "--port", str(port),
                      "--speed", str(one.speed)]  # fmt: skip
            path = recorded.write_agent(self._folder, one, port, self._broker_url(plan, one.slug))
            collector = parent.command(path, "collector")
            for name, command in ((f"player-{one.slug}", player), (f"collector-{one.slug}", collector)):
                await self._children.start(Child(name, command, self._log(name)))
            rows.append({"vessel": one.slug, "name": one.slug.upper(), "mmsi": 0, "config": str(path), "observe": True,
                         "recording": str(one.path), "speed": one.speed, "nmea_port": port})  # fmt: skip
        return rows

    async def _wait_for_ships(self) -> None:
        await self._until(self._all_heard, self._station[0][1], "every ship is heard")

    async def _wait_for_people(self, staff: list[people.Person]) -> None:
        """Wait until everybody can log in: the shore hashes passwords slowly, on purpose, while it serves already."""
        await self._until(lambda: self._knows(staff[-1]), self._station[0][1], "everybody can log in")

    async def _knows(self, person: people.Person) -> bool:
        url = f"http://{HOST}:{self._options.port}/api/v1/me"
        try:
            async with httpx.AsyncClient(timeout=2.0) as http:
                answer = await http.get(url, headers={"Authorization": f"Bearer {person.token}"})
        except httpx.HTTPError:
            return False
        return answer.is_success

    async def _all_heard(self) -> bool:
        health = await self._station[0][0].health()
        rows: object = health.get("vessels") if health is not None else None
        heard = cast("list[object]", rows) if isinstance(rows, list) else []
        return sum(isinstance(row, dict) for row in heard) >= len(self._slugs)

    async def _until(self, is_ready: Callable[[], Awaitable[bool]], child: Child, what: str) -> None:
        """Wait until something is so; raise DemoError with the child's last words when it ends or takes too long."""
        try:
            async with asyncio.timeout(READY_S):
                while not await is_ready():
                    if child.restarts:
                        raise DemoError(f"{child.name} ended before {what}; its last words:\n{child.last_words(12)}")
                    await asyncio.sleep(POLL_S)
        except TimeoutError as error:
            raise DemoError(f"not within {READY_S:g} s: {what}; see {child.log}\n{child.last_words()}") from error

    def _broker_url(self, plan: Plan, account: str, link: int | None = None) -> str:
        """Return the broker's URL for an account; `link`: port of the way to it, None: none lies between."""
        return f"mqtt://{account}:{plan.accounts[account]}@{HOST}:{link or plan.broker_port}"

    def _log(self, name: str) -> Path:
        return self._folder / "logs" / f"{name}.log"

    def _changed(self, text: str) -> None:
        self._console.print(f"[yellow]{text}[/yellow]")
        if self._is_ready:
            self._write_facts()

    def _write_facts(self) -> None:
        """Write demo.json, for programs: who, where, which process; readable by its owner only, there once all is ready."""
        rows = [
            {"name": child.name, "pid": child.pid, "log": str(child.log), "restarts": child.restarts}
            for child in self._children.all
        ]
        half = self._folder / "demo.json.new"
        people.keep_secret(half, json.dumps({**self._facts, "pid": os.getpid(), "processes": rows}, indent=1).encode())
        half.replace(self._folder / "demo.json")

    def _welcome(self) -> None:
        self._is_ready = True
        self._write_facts()
        staff = {person.person: person for person in people.people_of(self._folder)}
        show = self._console.print
        show()
        show(f"  [bold]Farhelm[/bold] is at  [bold cyan]{self._facts['console_url']}[/bold cyan]")
        for name, what in (("ann", "operator"), ("sue", "supervisor"), ("vic", "viewer")):
            show(f"  log in as  [bold]{name}[/bold]  [bold]{staff[name].password}[/bold]   {what}")
        show(f"  for programs: {self._folder / 'demo.json'}")
        show(f"  broker: {self._facts['broker']}   Ctrl-C stops all")
        show()


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True


async def _is_there(part: station.Part) -> bool:
    return await part.health() is not None


async def _exists(path: Path) -> bool:
    return path.exists()  # noqa: ASYNC240 - one look at a local file


def run(options: DemoOptions) -> int:
    """Run the demo until told to stop; return its exit code."""
    console = Console(stderr=False, highlight=False)
    try:
        asyncio.run(Demo(options, console).run())
    except (DemoError, MalformedError, recorded.RecordedError, ports.NoPortError, postgres.PostgresError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    return 0
