"""Damage to a sealed configuration: a fault in words, never a limit that is silently another (R6)."""

from __future__ import annotations

import hashlib
import random
import subprocess
from pathlib import Path

import pytest

from control.limits import ConfigError
from shipside import config
from shipside.__main__ import main
from shipside.config import AgentConfig
from tests.damage import damage
from tests.unit.test_ship_examples import aboard

DAMAGES, SOAK_DAMAGES = 300, 5_000


def _sealed(folder: Path) -> tuple[Path, list[Path]]:
    """Return a commanded vessel's configuration, sealed by the tool itself, and all its files with the seal."""
    path = aboard(folder, "coaster.toml")
    files = [path, folder / "coaster-plc.toml"]
    names = [each.name for each in files]
    seal = subprocess.run(["sha256sum", *names], cwd=folder, check=True, capture_output=True, text=True).stdout
    path.with_name("coaster.toml.sha256").write_text(seal, "utf-8")
    return path, [*files, path.with_name("coaster.toml.sha256")]


def _meaning(loaded: AgentConfig) -> tuple[object, ...]:
    return (
        loaded.control,
        loaded.modbus,
        loaded.inputs,
        loaded.vessel,
        loaded.catalogue.hash,
        loaded.journal,
        loaded.plc,
    )


def _damages(folder: Path, count: int, seed: int, *, is_sealed: bool = True) -> tuple[int, int]:
    """Damage one of the files `count` times; return how often it was a fault, and how often a silent change."""
    path, files = _sealed(folder)
    good, rng = _meaning(config.load(path, {})), random.Random(seed)
    whole = {each: each.read_bytes() for each in files}
    if not is_sealed:
        files.pop().unlink()
    refused = silent = 0
    for _ in range(count):
        hurt = rng.choice(files)
        damage(hurt, rng, 512)
        try:
            silent += _meaning(config.load(path, {})) != good
        except ConfigError as error:
            refused += any(len(fault) > len("no word") for fault in error.faults)
        hurt.write_bytes(whole[hurt])
    return refused, silent


def test_a_damaged_configuration_is_a_fault_in_words(tmp_path: Path) -> None:
    """Proves reliability goal R6 for the configuration: bit flips, cut ends and zeroed pages of any of its files."""
    refused, silent = _damages(tmp_path, DAMAGES, seed=31)
    assert silent == 0
    assert refused > DAMAGES * 9 // 10


@pytest.mark.soak
def test_five_thousand_damages_of_a_configuration(tmp_path: Path) -> None:
    """Proves reliability goal R6 for the configuration at its full number."""
    assert _damages(tmp_path, SOAK_DAMAGES, seed=32)[1] == 0


def test_without_a_seal_damage_changes_a_limit_in_silence(tmp_path: Path) -> None:
    """Negative control of R6: the same damages of the same files, unsealed."""
    assert _damages(tmp_path, DAMAGES, seed=31, is_sealed=False)[1] > 0


def test_a_limit_that_one_bit_changed_is_told_with_what_to_do(tmp_path: Path) -> None:
    path, _ = _sealed(tmp_path)
    text = path.read_text("utf-8")
    assert "rudder_deg_max = 20.0" in text
    path.write_text(text.replace("rudder_deg_max = 20.0", "rudder_deg_max = 30.0", 1), "utf-8")
    with pytest.raises(ConfigError, match=r"coaster.toml is not what was sealed: it is damaged, or was changed since"):
        config.load(path, {})


def test_a_file_of_the_configuration_that_is_not_in_the_seal_is_a_fault(tmp_path: Path) -> None:
    path, files = _sealed(tmp_path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    files[-1].write_text(f"{digest}  coaster.toml\n", "utf-8")
    with pytest.raises(ConfigError, match=r"is not in the seal coaster.toml.sha256"):
        config.load(path, {})


def test_checking_says_whether_a_configuration_is_sealed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, files = _sealed(tmp_path)
    assert main(["--config", str(path), "--check"]) == 0
    assert "is good; it is sealed" in capsys.readouterr().err
    files[-1].unlink()
    assert main(["--config", str(path), "--check"]) == 0
    assert "not sealed: a damaged limit would pass for a limit" in capsys.readouterr().err


def _check_with(folder: Path, was: str, becomes: str) -> None:
    """Have the coaster's configuration checked with one setting changed: it is good."""
    path = aboard(folder, "coaster.toml")
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes), "utf-8")
    assert main(["--config", str(path), "--check"]) == 0


@pytest.mark.parametrize(("budget_mb", "is_told"), [("0.0", False), ("1499.0", True), ("1500.0", False)])
def test_checking_says_that_a_budget_is_less_than_heartbeats_take(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], budget_mb: str, is_told: bool
) -> None:
    """No fault, for it may be meant so; none at all is no budget of nothing."""
    _check_with(tmp_path, "budget_mb = 0.0", f"budget_mb = {budget_mb}")
    assert ("heartbeats alone take about 1500 MB a month" in capsys.readouterr().err) is is_told


@pytest.mark.parametrize(("bearer", "is_told"), [("lte", False), ("narrow", True)])
def test_checking_says_that_a_bearer_carries_no_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bearer: str, is_told: bool
) -> None:
    """No fault, for she may be watched over it; with the figures, before she sails."""
    _check_with(tmp_path, 'bearer = "lte"', f'bearer = "{bearer}"')
    assert ("warning: link.bearer is 'narrow', 250 bytes/s, and a command takes" in capsys.readouterr().err) is is_told
