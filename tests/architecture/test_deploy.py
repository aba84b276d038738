"""What deploy/ and docker-compose.yml name is there: no container engine runs here, so all that can be checked without is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from shipside.parent import WITHOUT_TEXTS

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::?([-?])([^}]*))?\}")
DOCKERFILES = sorted(ROOT.glob("deploy/*/Dockerfile"))
DASHBOARDS = sorted(ROOT.glob("deploy/grafana/dashboards/*.json"))
MADE_BY_HAND = {"ca.crt", "broker.crt", "broker.key", "crl.pem", "shore.crt", "shore.key", "stop.crt", "stop.key",
                "database_password", "shore_database_url", "reader_password", "grafana_password", "people.json"}  # fmt: skip
"""Files that whoever installs must make: deploy/README.md has to say so."""


def example() -> dict[str, str]:
    """Return the variables of .env.example."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def composed() -> dict[str, Any]:
    """Return the compose file with the example's variables put in."""
    known = example()
    text = VARIABLE.sub(lambda match: known[match[1]], COMPOSE.read_text())
    made: dict[str, Any] = yaml.safe_load(text)
    return made


def test_the_compose_file_is_one_by_the_specification() -> None:
    """Every key is known to the Compose specification; a misspelt one is refused (negative control)."""
    from compose_spec import PyCompose

    plain = {name: value for name, value in composed().items() if not name.startswith("x-")}
    text = yaml.safe_dump(plain)
    assert set(PyCompose.from_yaml(text).service_names()) == set(composed()["services"])
    with pytest.raises(ValueError, match="restartt"):
        PyCompose.from_yaml(text.replace("restart:", "restartt:"))


def test_an_image_that_writes_no_bytecode_holds_it() -> None:
    """What was copied and installed is compiled before the user changes; else each start compiles all."""
    assert len(DOCKERFILES) > 1
    for path in DOCKERFILES:
        text = path.read_text()
        if "PYTHONDONTWRITEBYTECODE=1" in text:
            last = text.rpartition("\nFROM ")[2]
            compiled = last.index("RUN python -m compileall -q")
            assert last[compiled:].partition("\n")[0].endswith(" /usr/local/lib/python3.11 /opt/farhelm/lib /app"), path
            if path.parent.name == "agent":  # `shipside/parent.py` starts the roles so
                assert WITHOUT_TEXTS == "-OO"
                assert " -o 2 " in last[compiled:].partition("\n")[0]
            assert last.rindex("\nCOPY ") < compiled < last.index("\nUSER "), path


def test_every_variable_has_an_example_and_every_example_a_use() -> None:
    """.env.example and the compose file know the same variables; no secret stands in either."""
    used = {match[1] for match in VARIABLE.finditer(COMPOSE.read_text())}
    assert used == set(example())
    assert not re.search(r"(?i)password[:=] *[^\s$/{]", COMPOSE.read_text().replace("PASSWORD_FILE", ""))


def test_every_service_stands_on_what_is_there() -> None:
    """Paths exist, volumes, secrets and networks are declared, images are pinned, services depended on exist."""
    made = composed()
    services = made["services"]
    for name, service in services.items():
        assert re.search(r":v?\d+\.\d+", service["image"]), (name, "is not pinned")
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if not source.startswith("."):
                assert source in made["volumes"], (name, source)
            elif not source.startswith(example()["FARHELM_CERTIFICATES"]):
                assert (ROOT / source).exists() or source.startswith("./deploy/mosquitto/"), (name, source)
        assert set(service.get("secrets", [])) <= set(made["secrets"]), name
        assert set(service["networks"]) <= set(made["networks"]), name
        assert set(service.get("depends_on", {})) <= set(services), name
        text = yaml.safe_dump(service)
        named = set(re.findall(r"/run/secrets/([a-z_]+)", text))
        assert named <= set(service.get("secrets", [])), (name, "reads a secret it is not given")
        hosts = {host for host in re.findall(r"(?:mqtts|http)://([a-z]+)[:/]", text) if host != "localhost"}
        assert hosts <= set(services), (name, hosts)
    said = (ROOT / "deploy" / "README.md").read_text()
    files = {Path(secret["file"]).name for secret in made["secrets"].values()}
    assert files <= MADE_BY_HAND
    assert [name for name in MADE_BY_HAND if f"`{name}`" not in said] == []


def test_the_stations_commands_are_our_programs_own() -> None:
    """Each role's arguments and environment start our parser, and the configuration in the container has no fault."""
    services = composed()["services"]
    roles = {name: service for name, service in services.items() if service["image"].startswith("farhelm-shore")}
    assert set(roles) == {"ingest", "live", "api"}
    assert roles["ingest"]["deploy"]["replicas"] == 2
    for name, service in roles.items():
        assert service["command"][-2:] == ["--role", name]
        arguments = [word.replace("/etc/farhelm/", f"{ROOT}/deploy/shore/") for word in service["command"]]
        environment = {key: value for key, value in service["environment"].items() if not key.endswith("_FILE")}
        ran = subprocess.run(
            [sys.executable, "-m", "shoreside", *arguments, "--check"], capture_output=True, text=True, check=False,
            cwd=ROOT, env={**os.environ, **environment, "FARHELM_SHORE_DATABASE": "postgresql://database/farhelm"},
        )  # fmt: skip
        faults = [line for line in ran.stderr.splitlines() if line.startswith("- ")]
        assert faults == ["- shore.people: /run/secrets/people does not exist"], ran.stderr


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
def test_a_dockerfile_has_stages_a_user_and_paths_that_exist(path: Path) -> None:
    """Several stages, pinned, the last as no root; every path copied from the context exists and is let through."""
    lines = re.sub(r"\\\n\s*", " ", path.read_text()).splitlines()
    words = [line.split() for line in lines if line and not line.startswith("#")]
    bases = [line[1] for line in words if line[0] == "FROM"]
    assert len(bases) >= 2
    assert all(re.search(r":\d+\.\d+\.\d+", base) for base in bases)
    users = [line[1] for line in words if line[0] == "USER"]
    assert users
    assert users[-1] not in ("root", "0")
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in words:
        if line[0] == "COPY" and not line[1].startswith("--from"):
            for source in line[1:-1]:
                assert (ROOT / source).exists(), source
                assert source.split("/")[0] in allowed, (source, "is kept out by .dockerignore")
    program = json.loads(next(line for line in lines if line.startswith("ENTRYPOINT")).removeprefix("ENTRYPOINT "))
    assert (ROOT / program[-1] / "__main__.py").is_file()


def mounted(name: str) -> dict[str, str]:
    """Return what a service finds at a path of its own: {path in the container: source}, secrets included."""
    service = composed()["services"][name]
    volumes = (volume.split(":") for volume in service.get("volumes", []))
    return {target: source for source, target, *_ in volumes} | {
        f"/run/secrets/{secret}": secret for secret in service.get("secrets", [])
    }


def unmounted(text: str, places: dict[str, str]) -> list[str]:
    """Return the absolute paths of a configuration that are neither mounted nor below a folder that is."""
    bare = re.sub(r"(?m)#.*$|\w+://\S*", "", text)
    named = re.findall(r"(?<![\w.])/(?:mosquitto|run/secrets|etc|var/lib)/[\w./-]+", bare)
    return [path for path in named if not any(path == place or path.startswith(f"{place}/") for place in places)]


INSIDE = {"broker": ["deploy/mosquitto/mosquitto.conf"], "database": ["deploy/postgres/10-reader.sh"],
          "grafana": [f"deploy/grafana/provisioning/{kind}/farhelm.yml" for kind in ("dashboards", "datasources")],
          "live": ["deploy/shore/shore.toml"]}  # fmt: skip


@pytest.mark.parametrize("name", INSIDE)
def test_a_configuration_names_only_paths_that_its_container_has(name: str) -> None:
    """Certificates, access list, secrets and dashboards lie where they are looked for; the command line's paths as well."""
    places, texts = mounted(name), [(ROOT / path).read_text() for path in INSIDE[name]]
    assert re.search(r"/(mosquitto|run/secrets|var/lib)/", "".join(texts))
    command = " ".join(
        str(word).partition("=")[2] or str(word) for word in composed()["services"][name].get("command", [])
    )
    for text in (*texts, command):
        assert unmounted(text, places) == []
    assert unmounted("cafile /mosquitto/cert/ca.crt", mounted("broker")) == [
        "/mosquitto/cert/ca.crt"
    ]  # negative control


def test_addresses_ports_and_names_inside_are_those_of_the_services() -> None:
    """Listeners, published ports, data sources, the reading role and the database's name: each as the other end has it."""
    services, sources = (
        composed()["services"],
        yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/farhelm.yml").read_text()),
    )
    (listener,) = re.findall(r"(?m)^listener (\d+)$", (ROOT / "deploy/mosquitto/mosquitto.conf").read_text())
    assert [port.split(":")[-1] for port in services["broker"]["ports"]] == [listener]
    certificates = re.findall(r"/mosquitto/certs/(\S+)", (ROOT / "deploy/mosquitto/mosquitto.conf").read_text())
    assert set(certificates) <= MADE_BY_HAND
    (exposed,) = re.findall(r"(?m)^EXPOSE (\d+)$", (ROOT / "deploy/shore/Dockerfile").read_text())
    assert {port.split(":")[-1] for name in ("live", "api") for port in services[name]["ports"]} == {exposed}
    assert services["live"]["environment"]["FARHELM_SHORE_LISTEN"].endswith(f":{exposed}")
    assert f"127.0.0.1:{exposed}/healthz" in (ROOT / "deploy/shore/Dockerfile").read_text()
    prometheus, database = sources["datasources"]
    assert prometheus["url"] == "http://prometheus:9090"  # its own port where the command names no other
    assert not [word for word in services["prometheus"]["command"] if "listen" in word]
    assert database["url"] == "database:5432"
    assert {"prometheus", "database"} <= set(services)
    role = (ROOT / "deploy/postgres/10-reader.sh").read_text()
    assert f"CREATE ROLE {database['user']} LOGIN" in role
    assert database["jsonData"]["database"] == services["database"]["environment"]["POSTGRES_DB"]
    configuration = next(word for word in services["prometheus"]["command"] if word.startswith("--config.file="))
    assert configuration.partition("=")[2] in mounted("prometheus")


def metric_names() -> set[str]:
    """Return every metric our programs tell, as Prometheus names its samples."""
    found: set[str] = set()
    kinds = {"CounterMetricFamily": ("_total",), "GaugeMetricFamily": ("",), "SummaryMetricFamily": ("_count", "_sum"),
             "_by": ("_total",)}  # fmt: skip
    text = (ROOT / "shoreside" / "api" / "metrics.py").read_text()
    for kind, name in re.findall(r"(\w+)\(\s*\"(farhelm_\w+)\"", text):
        found |= {name + ending for ending in kinds[kind]}
    return found


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_asks_for_what_is_told(path: Path) -> None:
    """Every metric asked for is one of ours; data sources are those provisioned; panels and queries are numbered once."""
    board = json.loads(path.read_text())
    sources = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/farhelm.yml").read_text())["datasources"]
    known = {(source["type"], source["uid"]) for source in sources}
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    for panel in board["panels"]:
        for target in panel["targets"]:
            assert (target["datasource"]["type"], target["datasource"]["uid"]) in known
            asked = set(re.findall(r"farhelm_\w+", target.get("expr", "")))
            assert asked <= metric_names(), asked - metric_names()


def test_prometheus_asks_every_role() -> None:
    """The scrape configuration names each shore service, at the port it listens on."""
    jobs = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    asked = next(job for job in jobs if job["job_name"] == "shore")["dns_sd_configs"][0]
    services = composed()["services"]
    assert set(asked["names"]) == {name for name, one in services.items() if one["image"].startswith("farhelm-shore")}
    assert services["live"]["environment"]["FARHELM_SHORE_LISTEN"].endswith(f":{asked['port']}")


def test_a_misspelt_metric_would_be_seen() -> None:
    """Negative control: the names come from the code, not from a pattern that takes all."""
    assert "farhelm_shore_batches_total" in metric_names()
    assert "farhelm_shore_batches" not in metric_names()
