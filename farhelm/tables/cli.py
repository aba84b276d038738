"""`farhelm tables`: write the page."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from control.limits import ConfigError, ControlConfig
from farhelm.tables.told import tables_of

HERE = Path(__file__).parent


def page_of(config: ControlConfig) -> str:
    """Return the page for one vessel: HTML that needs nothing beside itself."""
    text = (HERE / "page.html").read_text()
    told = json.dumps(tables_of(config), indent=1).replace("</", "<\\/")
    parts = {"tables": told, "machine": (HERE / "machine.js").read_text(), "page": (HERE / "page.js").read_text()}
    for name, part in parts.items():
        text = text.replace("{{" + name + "}}", part)
    return text


def tables(
    config: Annotated[Path, typer.Argument(help="The agent's TOML file, or any with a [control] table.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the page goes.")] = Path("tables.html"),
) -> None:
    """Write a page on which the ladder and the conn's table of a vessel can be tried, with her own limits.

    Examples:
      farhelm tables agent.toml -o kestrel.html
    """
    try:
        source = tomllib.loads(config.read_text(encoding="utf-8"))
        vessel = source.get("vessel", {}).get("id", config.stem)
        page = page_of(ControlConfig.from_mapping(vessel, source.get("control", {})))
        output.write_text(page, encoding="utf-8")
    except ConfigError as error:
        for fault in error.faults:
            typer.echo(f"farhelm tables: {config}: {fault}", err=True)
        raise typer.Exit(2) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        typer.echo(f"farhelm tables: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{output}: open it in a browser")
