"""The command line: every command of the contract, thin. A command's own module is imported when it runs."""

from __future__ import annotations

import sys
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from retrieval.errors import VerbatimError

app = typer.Typer(
    name="verbatim",
    help="Answers questions about articles with the articles' own words: exact, cited, checkable quotes, or a refusal.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Config = Annotated[Path | None, typer.Option("--config", help="Settings file [default: config/default.toml]")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder of the index and all state [default: .verbatim]")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A setting, as section.key=value; may be repeated")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON only")]
AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Only articles published by then")]

ANSWERED, REFUSED, FAILED, INTERRUPTED = 0, 1, 2, 130


@app.command()
def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders [default: seeds/]")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Forget the index and build it anew")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on: take in what appears, changes or vanishes")] = False,
    json: Json = False,
    config: Config = None,
    data: Data = None,
    set_: Set = None,
) -> None:
    """Bring the index in line with files or folders: add, update, remove."""
    from bot.commands.opening import project

    if watch:
        from bot.commands.watch import run
    else:
        from bot.commands.ingest import run
    raise typer.Exit(run(project(config, data, set_), paths or [], rebuild=rebuild, as_json=json))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know")],
    explain: Annotated[bool, typer.Option("--explain", help="Show what was read and why this was decided")] = False,
    as_of: AsOf = None,
    json: Json = False,
    config: Config = None,
    data: Data = None,
    set_: Set = None,
) -> None:
    """Answer one question. Exit status 0: answered, 1: refused, 2: error."""
    from bot.commands.ask import run
    from bot.commands.opening import project

    day = as_of.date() if as_of else None
    raise typer.Exit(run(project(config, data, set_), question, as_of=day, explain=explain, as_json=json))


@app.command()
def batch(
    file: Annotated[Path, typer.Argument(help='JSON lines {"id", "question", "history", "as_of"}; - for standard input')],
    as_of: AsOf = None,
    config: Config = None,
    data: Data = None,
    set_: Set = None,
) -> None:
    """Answer many questions: one JSON object a line in, one Answer a line out."""
    from bot.commands.batch import run
    from bot.commands.opening import project

    raise typer.Exit(run(project(config, data, set_), file, as_of=as_of.date() if as_of else None))


@app.command()
def chat(as_of: AsOf = None, config: Config = None, data: Data = None, set_: Set = None) -> None:
    """A conversation, with follow-up questions."""
    from bot.commands.chat import run
    from bot.commands.opening import project

    raise typer.Exit(run(project(config, data, set_), as_of=as_of.date() if as_of else None))


@app.command()
def sources(
    name: Annotated[str | None, typer.Argument(help="An article, to read it with numbered paragraphs")] = None,
    json: Json = False,
    config: Config = None,
    data: Data = None,
    set_: Set = None,
) -> None:
    """List the articles, or show one."""
    from bot.commands.opening import project
    from bot.commands.sources import run

    raise typer.Exit(run(project(config, data, set_), name, as_json=json))


@app.command()
def verify(
    receipt: Annotated[str, typer.Argument(help="The code that stands behind a quote")],
    json: Json = False,
    config: Config = None,
    data: Data = None,
    set_: Set = None,
) -> None:
    """Check a quote against its article as it is now: identical, changed or missing."""
    from bot.commands.opening import project
    from bot.commands.verify import run

    raise typer.Exit(run(project(config, data, set_), receipt, as_json=json))


@app.command("eval")
def evaluate(
    file: Annotated[Path, typer.Argument(help="Question file (YAML)")],
    plot: Annotated[Path | None, typer.Option("--plot", help="Write curves to this PNG")] = None,
    compare: Annotated[Path | None, typer.Option("--compare", help="JSON of an earlier run: says what changed")] = None,
    json: Json = False,
    config: Config = None,
    data: Data = None,
    set_: Set = None,
) -> None:
    """Score a question file. Exit status 1 when a figure is below the file's threshold."""
    from bot.commands.evaluate import run
    from bot.commands.opening import project

    raise typer.Exit(run(project(config, data, set_), file, plot=plot, compare=compare, as_json=json))


@app.command()
def replay(
    run_ids: Annotated[
        list[str] | None, typer.Argument(metavar="RUN_ID", help="The run_id of an answer; several may follow")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every stored answer")] = False,
    json: Json = False,
    config: Config = None,
    data: Data = None,
    set_: Set = None,
) -> None:
    """Answer again and compare byte for byte. Exit status 0: same, 1: different (says what changed), 2: unknown."""
    from bot.commands.opening import project
    from bot.commands.replay import run

    raise typer.Exit(run(project(config, data, set_), run_ids or [], every=all_, as_json=json))


@app.command()
def attack(
    questions: Annotated[list[Path] | None, typer.Option("--questions", help="Question file; may be repeated")] = None,
    json: Json = False,
    config: Config = None,
    data: Data = None,
    set_: Set = None,
) -> None:
    """Try to get altered quotes and planted text past the checks. Exit status 0: all stopped, 1: one passed."""
    from bot.commands.attack import run
    from bot.commands.opening import project

    raise typer.Exit(run(project(config, data, set_), questions or [], as_json=json))


@app.command()
def check(
    text: Annotated[str, typer.Argument(help="Sentences to check; - for standard input")],
    json: Json = False,
    config: Config = None,
    data: Data = None,
    set_: Set = None,
) -> None:
    """Check a text against the articles, sentence by sentence. Exit status 0 only if everything in it is supported."""
    from bot.commands.check import run
    from bot.commands.opening import project

    raise typer.Exit(run(project(config, data, set_), text, as_json=json))


feedback = typer.Typer(help="What people thought of the answers.", no_args_is_help=True)
app.add_typer(feedback, name="feedback")


@feedback.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to; - for standard output")] = Path("-"),
    config: Config = None,
    data: Data = None,
    set_: Set = None,
) -> None:
    """Write the answers that were voted down as a question file for eval."""
    from bot.commands.feedback import export
    from bot.commands.opening import project

    raise typer.Exit(export(project(config, data, set_), file))


@app.command()
def doctor(json: Json = False, config: Config = None, data: Data = None, set_: Set = None) -> None:
    """Check the installation. Exit status 1 if something needs doing."""
    from bot.commands.doctor import run

    raise typer.Exit(run(config, data, set_ or [], as_json=json))


@app.command()
def discord(config: Config = None, data: Data = None, set_: Set = None) -> None:
    """Run the Discord bot. Its token comes from the environment: DISCORD_TOKEN."""
    from bot.commands.discord import run
    from bot.commands.opening import project

    raise typer.Exit(run(project(config, data, set_)))


@app.command()
def preview(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Of the page on this machine; 0: any free")] = 0,
    config: Config = None,
    data: Data = None,
    set_: Set = None,
) -> None:
    """Try the Discord bot in a browser page on this machine, without a token."""
    from bot.commands.opening import project
    from bot.commands.preview import run

    raise typer.Exit(run(project(config, data, set_), port=port))


def main() -> NoReturn:
    """Run a command; expected failures become one line on stderr and exit status 2."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # A byte or a character that a terminal cannot hold becomes ? or � instead of ending the command.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except VerbatimError as error:
        from bot.commands.opening import tell

        tell(f"error: {error}")
        sys.exit(FAILED)
    except (KeyboardInterrupt, SystemExit) as leaving:
        # Typer turns Ctrl-C into an exit of its own.
        if isinstance(leaving, SystemExit) and leaving.code != INTERRUPTED:
            raise
        print("stopped; what was already taken in stays, run the command again to go on", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(0)
