# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Being a relay. The group's list of shelves is in :mod:`mutualaid.cli.shelves`.

Neither this file nor what ``serve`` imports may need automerge, SQLCipher, Qt or zeroconf.
"""

import importlib.util
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mutualaid.cli.context import App, Topic, command, pass_app
from mutualaid.cli.output import Json, say, table, write_json
from mutualaid.errors import BadValueError, NotFoundError

if TYPE_CHECKING:
    from mutualaid.sync.relay.limits import Limits

#: Commands on the group's list, which need a profile, and with it everything.
_SHELVES: Final = {"add": "relay_add", "remove": "relay_remove", "list": "relay_list"}


def _has_shelves() -> bool:
    """A relay alone may be installed without what a group needs."""
    return importlib.util.find_spec("mutualaid.cli.shelves") is not None


class _Relay(Topic):
    """``relay``: what concerns a group is imported only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*(_SHELVES if _has_shelves() else ()), *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _SHELVES or not _has_shelves():
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module("mutualaid.cli.shelves")
        found = getattr(module, _SHELVES[cmd_name])
        assert isinstance(found, click.Command)
        return found


@click.group("relay", cls=_Relay, short_help="Say where sealed parcels lie, or keep them.")
def relay() -> None:
    """Shelves where members leave sealed parcels for each other: the group's list of them, and
    being one."""


def _data_option(function: Any) -> Any:
    return click.option(
        "--data",
        "directory",
        required=True,
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False),
        help="The relay's folder: its key, and the parcels.",
    )(function)


@command("serve", short_help="Be a relay.", context_settings={"show_default": True})
@click.option(
    "--listen", required=True, metavar="HOST:PORT", help="Where to listen; [::] is everywhere."
)
@_data_option
@click.option(
    "--name",
    metavar="HOST[:PORT]",
    help="How members reach it, where that is another host, or https://HOST/PATH of a proxy.",
)
@click.option("--days", type=click.IntRange(1, 3650), default=90, help="How long parcels are kept.")
@click.option("--quota", type=click.IntRange(1), default=256, help="MiB for each group.")
@click.option("--disk", type=click.IntRange(1), default=10_240, help="MiB for all together.")
@click.option("--rate", type=click.FloatRange(0.1), default=50, help="Requests/s for one group.")
@click.option("--traffic", type=click.IntRange(1), default=4096, help="KiB/s for one group.")
@click.option("--connections", type=click.IntRange(1), default=4096, help="At a time, in all.")
@click.option("--per-address", type=click.IntRange(1), default=256, help="At a time, from one.")
@click.option(
    "--new-topics",
    type=click.IntRange(1),
    default=64,
    help="Topics that one address may begin in a day, without --tokens.",
)
@click.option("--tokens", is_flag=True, help="Only groups with a token (mutualaid relay token).")
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="A reverse proxy whose X-Forwarded-For is believed; again for each.",
)
@click.option("--metrics", metavar="HOST:PORT", help="Figures for Prometheus, on this machine.")
@pass_app
def serve(
    app: App,
    listen: str,
    directory: Path,
    name: str | None,
    metrics: str | None,
    proxies: tuple[str, ...],
    **chosen: Any,
) -> None:
    """Keep sealed parcels for groups, without being able to read them.

    Prints “relay ADDRESS” when ready; members add that address. Runs until SIGTERM or Ctrl+C.
    """
    from mutualaid.sync.addresses import parse_address
    from mutualaid.sync.relay.address import DEFAULT_PORT, RelayAddress
    from mutualaid.sync.relay.running import public_address, run_relay

    at = parse_address(listen, DEFAULT_PORT, to_listen=True)
    public = None if name is None else public_address(name)

    def ready(address: RelayAddress, guessed: bool) -> None:
        if guessed:
            say(
                "This address is good as far as this machine is known by it. For members"
                " elsewhere, start the relay with --name HOST."
            )
        if app.as_json:
            write_json({"relay": str(address)})
        else:
            click.echo(f"relay {address}")

    run_relay(
        directory,
        _limits(**chosen),
        listen=at,
        public=public,
        metrics=None if metrics is None else parse_address(metrics, 0, to_listen=True),
        proxies=proxies,
        on_ready=ready,
    )


def _limits(
    *,
    days: int,
    quota: int,
    disk: int,
    rate: float,
    traffic: int,
    connections: int,
    per_address: int,
    new_topics: int,
    tokens: bool,
) -> "Limits":
    from mutualaid.sync.relay.limits import DAY, MIB, Limits

    return Limits(
        ttl_seconds=days * DAY,
        quota_bytes=quota * MIB,
        disk_bytes=disk * MIB,
        requests=rate,
        traffic=traffic * 1024.0,
        connections=connections,
        connections_per_address=per_address,
        new_topics=new_topics,
        closed=tokens,
    )


@command("token", short_help="Let a group use this relay.")
@_data_option
@click.option(
    "--topics",
    type=click.IntRange(1),
    default=8,
    help="How many topics it brings at a time; a group has a new one each time somebody leaves.",
)
@click.option("--note", default="", metavar="TEXT", help="For whom it is; stays on this machine.")
@click.option("--list", "listing", is_flag=True, help="Show the tokens that were made.")
@click.option("--revoke", type=int, metavar="NUMBER", help="Take one back.")
@pass_app
def token(
    app: App, directory: Path, topics: int, note: str, listing: bool, revoke: int | None
) -> None:
    """Make a token for a relay that was started with --tokens; it works at once.

    Members add the relay's address with “#” and the token behind it.
    """
    from mutualaid.sync.relay import database
    from mutualaid.sync.relay.address import encode_token

    if listing and revoke is not None:
        raise click.UsageError("--list and --revoke do not go together.")
    if not (directory / database.FILE_NAME).is_file():
        raise NotFoundError(
            f"There is no relay in {directory}. Start one with “mutualaid relay serve”."
        )
    if listing:
        rows = database.tokens(directory)
        document: list[Json] = [
            {
                "number": row.number,
                "note": row.note,
                "topics": row.topics,
                "used": row.used,
                "revoked": row.revoked,
            }
            for row in rows
        ]
        lines = [
            (
                str(row.number),
                row.note,
                "taken back" if row.revoked else f"{row.used} of {row.topics} topics",
            )
            for row in rows
        ]
        app.done(document, table(lines, flexible=1) if lines else "No token was made yet.")
    elif revoke is not None:
        if not database.revoke_token(directory, revoke):
            raise NotFoundError(f"There is no token {revoke}. “--list” shows those that there are.")
        app.done({"revoked": revoke}, f"Token {revoke} lets nobody in any more.")
    else:
        if len(note) > 200:
            raise BadValueError("The note is too long. Nothing was made. Use 200 characters.")
        made = database.make_token(directory, topics=topics, note=note, now=time.time())
        app.done({"token": encode_token(made)}, encode_token(made))


relay.add_command(serve)
relay.add_command(token)
