"""`farhelm plot`: the command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from farhelm.options import Demo, End, Start, Token, Url, Vessel, listed, now, span

if TYPE_CHECKING:  # loaded by the command that needs it
    from farhelm.export.shore import Source
    from farhelm.plot.asking import Span

FORMS: Final = (".svg", ".png", ".pdf")


def plot(
    vessel: Vessel, *,
    out: Annotated[Path, typer.Option("--out", help="File of the picture: .svg, .png or .pdf.")],
    start: Start, end: End = "",
    channels: Annotated[str, typer.Option("--channels", help="Short ids with commas: a panel (or row) each.")] = "",
    track: Annotated[bool, typer.Option("--track", help="The track instead.")] = False,
    completeness: Annotated[bool, typer.Option("--completeness", help="What came of what was expected, by hour.")] = False,
    bucket: Annotated[
        float | None, typer.Option("--bucket", min=0.001, help="Buckets of so many seconds; left out: what suits.")
    ] = None,
    demo: Demo = None, url: Url = "", token: Token = "",
) -> None:  # fmt: skip
    """Draw channels over a span, the track, or how complete it is: gaps stay gaps, what is not good is shaded by its quality.

    Up to half an hour is drawn from samples, a longer span from buckets: their means, in a band from the lowest to the highest.

    Examples:
      farhelm plot otter --demo .demo --from 2026-11-26T10:00 --channels NAV_HDG,NAV_SOG --out voyage.svg

      farhelm plot otter --demo .demo --from 2026-11-26 --track --out track.png

      farhelm plot otter --url https://roc.example --from 2026-11-01 --to 2026-12-01 --completeness --out november.png
    """
    from farhelm.conn.access import AccessError, way_in
    from farhelm.export.shore import Source
    from farhelm.plot.asking import Span

    if out.suffix not in FORMS:
        raise typer.BadParameter(f"the name must end with {', '.join(FORMS)}", param_hint="--out")
    if not (track or completeness or channels) or (track and (completeness or channels)):
        raise typer.BadParameter("say --channels, --track, or --completeness (of --channels)", param_hint="--channels")
    looked_at, names = Span(vessel, *span(start, end, now())), listed(channels)
    try:
        source = Source(*way_in(demo, url, token, "analyst"))
        try:
            write(
                drawn(
                    source, looked_at, names, bucket, "track" if track else "completeness" if completeness else "curves"
                ),
                out,
            )
        finally:
            source.close()
    except ImportError as error:
        typer.echo(f"farhelm plot: {error}; install farhelm[plot]", err=True)
        raise typer.Exit(1) from error
    except (AccessError, OSError) as error:
        typer.echo(f"farhelm plot: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(str(out))


def drawn(source: Source, span: Span, names: tuple[str, ...], bucket_s: float | None, what: str) -> Any:
    """Return the figure of the track, of the completeness or of the curves of `names`; raise AccessError."""
    from farhelm.plot import asking, drawing

    if what == "track":
        return drawing.track(span.words, *asking.track(source, span))
    if what == "completeness":
        return drawing.completeness(span.words, *asking.completeness(source, span, names))
    width_s = bucket_s if bucket_s is not None else asking.bucket_for((span.end - span.start).total_seconds())
    made = asking.series(source, span, names, width_s)
    how = "samples" if width_s is None else f"buckets of {width_s:g} s"
    return drawing.curves(f"{span.words} ({how})", made)


def write(figure: Any, path: Path) -> None:
    """Write a picture; it has its name when it is whole, and the same picture has the same bytes."""
    import matplotlib as mpl

    part = path.with_name(f".{path.name}.part")
    dated = {"Date": None} if path.suffix == ".svg" else {"CreationDate": None} if path.suffix == ".pdf" else {}
    with mpl.rc_context({"svg.hashsalt": "farhelm", "svg.fonttype": "none"}):
        figure.savefig(part, format=path.suffix[1:], dpi=90, metadata=dated)
    part.replace(path)
