"""`stance`: parses the command line, calls a job, prints, and turns errors into exit codes."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.core.errors import ExitCode, StanceError

if TYPE_CHECKING:
    from collections.abc import Sequence

VERBS = {  # verb -> what it does; its module is pipeline.cli.<verb>_command
    "label": "label the sentences of op-eds for stance, devices and certainty",
    "compare": "compare the stance profiles of op-eds or of groups of them",
    "evaluate": "measure a model against a labelled set",
    "train": "train a model on labelled sets and register it",
    "adapt": "adapt an encoder to unlabelled texts of your own, to train from",
    "promote": "make a registered model champion if it is proven better",
    "models": "list, show, roll back or compare registered models",
    "agreement": "measure how far coders agree",
    "data": "check, describe or attach a labelled set",
    "sample": "draw sentences for people to label",
    "export": "write a labelled set for an annotation tool",
    "import": "read annotations of another tool into a labelled set",
    "config": "show or check the configuration",
    "sync": "log the runs that were kept while MLflow was away",
    "doctor": "say what is installed and whether the store can be reached",
}
DESCRIPTION = "Label op-ed sentences for stance toward Russia, rhetorical devices and certainty."
INTERRUPTED = 130  # as shells have it for a process that was stopped by Ctrl-C
TRACEBACK_VARIABLE = "STANCE_TRACEBACK"
EPILOG = "Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 invalid input, 4 gate not met, 5 done in part."


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    verb = next((word for word in arguments if not word.startswith("-")), None)
    try:
        args = _parser(verb).parse_args(arguments)
        _set_up_logging(is_quiet=args.quiet)
        code = int(args.run(args))
        sys.stdout.flush()  # a reader that has gone shows here, not when the interpreter ends
        return code
    except StanceError as error:
        print(f"stance: {error}", file=sys.stderr)
        return int(error.exit_code)
    except KeyboardInterrupt as stop:
        told = str(stop) or "interrupted; nothing half-written was left under its final name"
        print(f"stance: {told}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: stop in silence
        return int(ExitCode.DONE)
    except Exception as error:
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        print(f"stance: {_unforeseen(error)}", file=sys.stderr)
        return int(ExitCode.FAILED)


def _unforeseen(error: Exception) -> str:
    """Kind and place of a defect. Its text is left out: it may quote an article or an address with a password."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = f"{Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}" if last else "?"
    return (
        f"a defect of the pipeline: {type(error).__name__} at {place}; please report it with the traceback that "
        f"{TRACEBACK_VARIABLE}=1 shows (it may quote your texts)"
    )


def _parser(verb: str | None) -> argparse.ArgumentParser:
    """The parser; only the module of the verb that is called is imported, so that `--help` is quick."""
    parser = argparse.ArgumentParser(prog="stance", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--version", action="version", version=f"stance {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, told in VERBS.items():
        sub = verbs.add_parser(name, help=told, description=told[0].upper() + told[1:] + ".")
        if name == verb:
            module = import_module(f"pipeline.cli.{name}_command")
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    return parser


def _set_up_logging(*, is_quiet: bool) -> None:
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.ERROR)
    logging.getLogger("pipeline").setLevel(logging.WARNING if is_quiet else logging.INFO)


def program() -> int:
    """`main` as a process of its own."""
    code = main()
    if code == INTERRUPTED:
        sys.stderr.flush()
        os._exit(code)  # a thread at work on a long article would be waited for
    gc.freeze()  # the interpreter's last collection, over all that MLflow has loaded, would take most of a second
    return code


if __name__ == "__main__":
    sys.exit(program())
