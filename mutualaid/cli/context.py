# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every command shares: which profile, which group, JSON or text."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mutualaid.cli.output import Json, say, write_json
from mutualaid.errors import BadValueError, LockedError, NotFoundError

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.model.profile import Profile

# As in ``mutualaid.paths``, which help need not import.
PROFILE_VARIABLE: Final = "MUTUALAID_PROFILE"


@dataclass(slots=True)
class App:
    """The choices that hold for a whole command; made once by the program, passed to each."""

    directory: Path | None = None
    group_name: str | None = None
    as_json: bool = False

    @contextmanager
    def profile(self, *, create: bool = False, warn: bool = False) -> Iterator["Profile"]:
        """The profile, open. Only commands that begin something make a new one.

        ``warn`` says how its key is kept, where that asks for care.
        """
        from mutualaid.model.profile import Profile
        from mutualaid.paths import profile_directory

        directory = self.directory or profile_directory()
        if not create and not directory.is_dir():
            raise NotFoundError(
                f"There is no profile in {directory}. Begin a group with “mutualaid start”, or "
                "join one with “mutualaid join”."
            )
        try:
            profile = Profile.open(directory)
        except LockedError:
            if not can_ask():
                raise
            profile = Profile.open(directory, passphrase=ask_passphrase())
        if warn and profile.vault.warning:
            say(profile.vault.warning)
        with profile:
            yield profile

    @contextmanager
    def group(self, *, warn: bool = False) -> Iterator["Group"]:
        """The chosen group, or the only one."""
        with (
            self.profile(warn=warn) as profile,
            profile.open_group(self.group_name) as group,
        ):
            yield group

    def done(self, document: Json, text: str) -> None:
        """Print the result: the document with ``--json``, the text otherwise."""
        if self.as_json:
            write_json(document)
        elif text:
            click.echo(text)


def can_ask() -> bool:
    """Whether a person sits at a terminal and can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_passphrase(*, new: bool = False) -> str:
    """Ask for a passphrase without showing it; a new one twice."""
    answer: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True)
    return answer


pass_app = click.make_pass_decorator(App, ensure=True)


def _choose_directory(
    context: click.Context, _parameter: click.Parameter, value: Path | None
) -> None:
    if value is not None:
        context.ensure_object(App).directory = value


def _choose_group(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(App).group_name = value


def _choose_json(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(App).as_json = True


def common_options(*, root: bool = False) -> list[click.Parameter]:
    """The options that every command takes, before its name and after it.

    Only those before it (``root``) look at the environment: what was typed there goes before.
    """
    return [
        click.Option(
            ["--profile"],
            type=click.Path(path_type=Path),
            metavar="DIR",
            envvar=PROFILE_VARIABLE if root else None,
            expose_value=False,
            callback=_choose_directory,
            help=f"Where this person's groups are kept. [env: {PROFILE_VARIABLE}]",
        ),
        click.Option(
            ["--group"],
            metavar="NAME",
            expose_value=False,
            callback=_choose_group,
            help="Which group, where there are several.",
        ),
        click.Option(
            ["--json", "json_"],
            is_flag=True,
            expose_value=False,
            callback=_choose_json,
            help="Print one JSON document.",
        ),
    ]


class Command(click.Command):
    """A command with the common options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(common_options())


class Topic(click.Group):
    """A command with commands of its own, such as ``skill add``."""

    command_class = Command


class TextType(click.ParamType):
    """Text that a person typed; bytes that are no text in the system's encoding are refused.

    With ``from_input`` a lone “-” means what comes on standard input: a command line has a limit.
    """

    name = "text"

    def __init__(self, *, from_input: bool = False) -> None:
        self._from_input = from_input

    def convert(
        self, value: Any, _parameter: click.Parameter | None, _context: click.Context | None
    ) -> str:
        text = _standard_input() if self._from_input and value == "-" else str(value)
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise BadValueError(_NO_TEXT)
        return text


_NO_TEXT: Final = (
    "What was typed is not valid text. Nothing was changed. Set the terminal to UTF-8 and type it "
    "again."
)
#: Characters read from standard input: far more than any text may have, and an end to a stream
#: that has none.
_MOST_READ: Final = 4 * 1024 * 1024


def _standard_input() -> str:
    try:
        text = sys.stdin.read(_MOST_READ + 1)
    except UnicodeDecodeError:
        raise BadValueError(_NO_TEXT) from None
    if len(text) > _MOST_READ:
        raise BadValueError(
            f"More than {_MOST_READ:,} characters came on standard input. Nothing was changed. "
            "Shorten the text and try again."
        )
    return text


TEXT = TextType()
LONG_TEXT = TextType(from_input=True)

Decorator = Callable[[Callable[..., None]], click.Command]


def command(name: str, **settings: Any) -> Decorator:
    """Make a function into a command with the common options."""
    return click.command(name, cls=Command, **settings)


def topic(name: str, **settings: Any) -> Callable[[Callable[..., None]], Topic]:
    """Make a function into a command that has commands."""
    return click.group(name, cls=Topic, **settings)
