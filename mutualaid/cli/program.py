# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The program ``mutualaid``: its commands, loaded when they are asked for, and its exit codes."""

import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final

import click

from mutualaid import __version__
from mutualaid.cli.context import App, common_options
from mutualaid.cli.output import plain, prepare_streams, say, write_json
from mutualaid.errors import MutualAidError, Stopped, StorageError

DONE: Final = 0
FAILED: Final = 1
WRONG_USAGE: Final = 2
INTERRUPTED: Final = 130

#: Section → command → (module under ``mutualaid.cli``, attribute, what it does). Kept here so
#: that neither help nor an unrelated command pays for importing the others.
SECTIONS: Final[dict[str, dict[str, tuple[str, str, str]]]] = {
    "Begin": {
        "start": ("membership", "start", "Begin a group on this machine."),
        "invite": ("membership", "invite", "Print an invitation."),
        "join": ("membership", "join", "Accept an invitation."),
        "rotate": ("membership", "rotate", "Change the group's lock."),
        "me": ("membership", "me", "Show or change one's own page."),
        "demo": ("demonstration", "demo", "Look around a made-up neighbourhood."),
    },
    "Needs and offers": {
        "post": ("posts", "post", "Post a need or an offer."),
        "edit": ("posts", "edit", "Correct a post or a comment of one's own."),
        "renew": ("posts", "renew", "Keep a post open for longer."),
        "park": ("posts", "park", "Put a post aside for now."),
        "take-up": ("posts", "take_up", "Open a parked or finished post again."),
        "withdraw": ("posts", "withdraw", "Take back something of one's own."),
        "forget": ("posts", "forget", "Have something forgotten for good."),
        "photo": ("posts", "photo", "Write a photo of a post into a file."),
        "suggest": ("suggesting", "suggest", "Say who and what may fit a post."),
    },
    "From need to done": {
        "help-with": ("answers", "help_with", "Offer to help, or ask for what is offered."),
        "accept": ("answers", "accept", "Say yes to an answer."),
        "decline": ("answers", "decline", "Say kindly that an answer is not needed."),
        "undecide": ("answers", "undecide", "Take back one's yes or no."),
        "release": ("answers", "release", "Take back one's answer to a post."),
        "still-on-it": ("answers", "still_on_it", "Say that one's promise still holds."),
        "done": ("answers", "done", "Say that it is done."),
        "thank": ("answers", "thank", "Say thanks for help."),
        "told": ("answers", "told", "Note that somebody without a machine was told."),
        "slip": ("slips", "slip", "Type in an answer that came on paper."),
        "paper-form": ("slips", "paper_form", "Type in what came on a printed form."),
    },
    "Talking": {
        "comment": ("talking", "comment", "Say something about a post."),
        "thread": ("talking", "thread", "Talk with one person alone, beside a post."),
        "contact": ("contacts", "contact", "Say how you can be reached, and who may know it."),
        "block": ("talking", "block", "Hear and see nothing more of somebody."),
        "unblock": ("talking", "unblock", "Hear and see somebody again."),
    },
    "What is there": {
        "skill": ("directory", "skill", "Say what one can do, teach, or wants to learn."),
        "fix": ("directory", "fix", "Say what one can repair."),
        "repair": ("directory", "repair", "Record a repair and what came of it."),
        "place": ("directory", "place", "Describe a workshop, kitchen, hub or other place."),
        "notice": ("directory", "notice", "Tell everybody something for a while."),
        "import": ("imports", "import_", "Bring in a list that others keep."),
        "imports": ("imports", "imports", "List what was brought in."),
        "undo-import": ("imports", "undo_import", "Take a whole import back."),
        "known": ("imports", "known", "People who are on a list, and no members."),
    },
    "What leaves": {
        "consent": ("consenting", "consent", "Say what may leave, and for whom."),
        "export": ("exporting", "export", "Let a directory leave, in one format or several."),
        "exports": ("exporting", "exports", "List what left: by whom, for whom, when."),
        "check-export": ("exporting", "check_export", "Check an export: whole, and by whom."),
        "print": ("printing", "print_", "Write a sheet of paper as a PDF."),
        "group-contact": ("exporting", "group_contact", "Say where the group can be asked."),
    },
    "Read": {
        "list": ("lists", "list_", "List needs, offers, people, fixers, places and more."),
        "show": ("showing", "show", "Show one record, the answers to it and its history."),
        "news": ("news", "news", "Say what happened that concerns you."),
        "status": ("machine", "status", "Say what has reached which machine."),
    },
    "This machine": {
        "rules": ("upkeep", "rules", "Show or change what the group agreed on about time."),
        "tend": ("upkeep", "tend", "Do what time has made due."),
        "node": ("machine", "node", "Keep this profile in step without a window."),
        "relay": ("relay", "relay", "Say where sealed parcels lie, or keep them for others."),
        "parcel": ("shelves", "parcel", "Carry what the group wrote in a file."),
        "backup": ("machine", "backup", "Keep everything in one encrypted file."),
        "restore": ("machine", "restore", "Bring a backup back, as a new machine."),
        "doctor": ("machine", "doctor", "Check this profile; rebuild what can be rebuilt."),
    },
}

_COMMANDS: Final = {name: at for section in SECTIONS.values() for name, at in section.items()}


class Program(click.Group):
    """The root; it imports a command's module only when that command runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """All command names, in the order of the help."""
        return list(_COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _ = _COMMANDS[cmd_name]
        found = getattr(importlib.import_module(f"mutualaid.cli.{module}"), attribute)
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing any of them."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, about) for name, (_, _, about) in commands.items()])


@click.command(
    "mutualaid",
    cls=Program,
    params=common_options(root=True),
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="mutualaid", message="%(prog)s %(version)s")
@click.pass_context
def program(context: click.Context) -> None:
    """Needs, offers, skills and repairs of a neighbourhood, kept on its own machines.

    Without a command the window opens.
    """
    app = context.ensure_object(App)
    if context.invoked_subcommand is None:
        from mutualaid.cli.window import open_window

        context.exit(open_window(app.directory, app.group_name))


def _wants_json(arguments: Sequence[str]) -> bool:
    return "--json" in (arguments[: arguments.index("--")] if "--" in arguments else arguments)


def _fail(error: MutualAidError, as_json: bool) -> int:
    if as_json:
        facts = error.facts if isinstance(error, Stopped) else {}
        write_json({"error": str(error), "code": error.code, **facts})
    else:
        say(f"mutualaid: {plain(str(error))}")
    return FAILED


def _error_of_the_world(error: OSError) -> StorageError | None:
    """The sentence for what a disk can do to anybody; None for what should not happen."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(
            f"The disk is full{where}. What was saved before is safe; this was not saved. Make "
            "room and try again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StorageError(
            f"Writing or reading is not allowed there{where}. Nothing was changed. Choose another "
            "place or change its permissions."
        )
    return None


def _fault(as_json: bool) -> int:
    """A mistake of the program's own: shown whole, never swallowed."""
    traceback.print_exc()
    sentence = (
        "The program made a mistake; the lines above say where. What was saved before is safe. "
        "Please report it."
    )
    say(f"mutualaid: {sentence}")
    if as_json:
        write_json({"error": sentence, "code": "fault"})
    return FAILED


def _silence_standard_output() -> None:
    """After the reader has gone: nothing may fail while Python flushes on its way out."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _run(arguments: Sequence[str], as_json: bool) -> int:
    try:
        with program.make_context("mutualaid", list(arguments)) as context:
            program.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as error:
        error.show()
        if as_json:
            write_json({"error": error.format_message(), "code": "usage"})
        return WRONG_USAGE
    except MutualAidError as error:
        return _fail(error, as_json)
    except (KeyboardInterrupt, click.Abort):
        say("\nStopped. Everything that was saved is safe.")
        if as_json:
            write_json({"error": "Stopped. Everything that was saved is safe.", "code": "stopped"})
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except OSError as error:
        known = _error_of_the_world(error)
        return _fault(as_json) if known is None else _fail(known, as_json)
    except Exception:  # noqa: BLE001 - the last frame: it is shown whole, with its traceback
        return _fault(as_json)
    return DONE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code: 0 done, 1 could not be done, 2 wrong usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if "_MUTUALAID_COMPLETE" in os.environ:
        program.main(given, prog_name="mutualaid")
    prepare_streams()
    try:
        return _run(given, _wants_json(given))
    except BrokenPipeError:
        _silence_standard_output()
        return DONE
