"""`timelines kafka`: Apache Kafka on this machine."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    @app.command()
    def start(port: int = typer.Option(9092, help="Port on loopback.")) -> None:
        """Start it."""
        typer.echo(f"not yet {port}")

    @app.command()
    def stop() -> None:
        """Stop it."""
