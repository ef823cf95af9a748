"""The command line: one file per command, imported only when that command is asked for (fast `--help`)."""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from runtime.terminal import shown
from timelines.standard_output import NotPrinted, print_nowhere, print_the_rest, set_up_standard_output

#: command -> (module, one line of help); the module holds a function `register(app: typer.Typer)`
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "demo": ("demo", "Watch the week of a coded file unfold, end to end, on an embedded broker."),
    "topics": ("topics", "Create, describe and check the topics."),
    "produce": ("produce", "Read a feed and append its events to the log."),
    "worker": ("worker", "Correlate the log into timelines."),
    "gate": ("gate", "Answer commands with decisions, and tick silent regions."),
    "watch": ("watch", "See incidents and one opened timeline, live, in the terminal."),
    "replay": ("replay", "Run the same core over a file, without a broker."),
    "dump": ("dump", "Write what the sink of a broker holds to files."),
    "evaluate": ("evaluate", "Score assignments against hand-coded labels."),
    "explain": ("explain", "Say why a report of a file stands where it stands."),
    "fit": ("fit", "Fit the weights of the evidence on hand-coded labels."),
    "schema": ("schema", "Write or check the JSON Schemas and the AsyncAPI document."),
    "decide": ("decide", "Ask for a decision: merge, split, pin, retract, redact, close, reopen."),
    "kafka": ("kafka", "Run Apache Kafka on this machine."),
}

#: as pyproject.toml names it
_PACKAGE: Final = "incident-timelines"


class _Lazy(TyperGroup):
    """Knows every command's name and help; imports a command's module when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - typer's signature
        """What the list of commands needs: a name and a line of help."""
        if cmd_name not in COMMANDS:
            return None
        summary = COMMANDS[cmd_name][1]
        return TyperCommand(cmd_name, help=summary, short_help=summary)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is to run, imported now."""
        _refuse_secrets(args)
        name, _, rest = super().resolve_command(ctx, args)
        if name is None:
            return name, None, rest
        module, summary = COMMANDS[name]
        command_app = typer.Typer(name=name, help=summary, context_settings=_HELP, add_completion=False)
        importlib.import_module(f"timelines.commands.{module}").register(command_app)
        command = typer.main.get_command(command_app)
        command.name = name
        return name, command, rest


def _refuse_secrets(arguments: list[str]) -> None:
    """Arguments are seen by every user of the machine; whoever tries is told where a password belongs."""
    for argument in arguments:
        name = argument.partition("=")[0].lower()
        if name.startswith("--") and ("password" in name or name.startswith("--sasl")):
            typer.echo(
                f"timelines: {name}: a login is no argument, for every user of this machine sees those: set "
                "TIMELINES_SASL_USERNAME and TIMELINES_SASL_PASSWORD_FILE, and change a password that stood here",
                err=True,
            )
            raise typer.Exit(2)


_HELP: Final = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="timelines",
    cls=_Lazy,
    help="Turns reports of attacks, statements and protests into timelines that say why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=_HELP,
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(version(_PACKAGE))
        raise typer.Exit(0)


@app.callback()
def _root(
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the installed version, and end."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Entry point of the console script, and the one place that says that standard output takes no more."""
    set_up_standard_output()
    try:
        try:
            app()
        except SystemExit:
            print_the_rest()
            raise
    except NotPrinted as error:
        print_nowhere()
        command = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
        typer.echo(f"{f'timelines {shown(command)}'.rstrip()}: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
