# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""This machine: keeping in step, backups, and checking that all is well."""

from pathlib import Path

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import App, command, pass_app
from mutualaid.cli.output import say, write_json


@command("node", short_help="Keep this profile in step without a window.")
@click.option("--listen", metavar="HOST:PORT", help="Where to be reached; usually anywhere.")
@click.option(
    "--peer",
    "peers",
    multiple=True,
    metavar="HOST:PORT",
    help="A machine to connect to where it is not found by itself; again for each.",
)
@click.option("--no-discovery", is_flag=True, help="Neither announce this machine nor look around.")
@pass_app
def node(app: App, listen: str | None, peers: tuple[str, ...], no_discovery: bool) -> None:
    """Keep this profile in step with the group's other machines, without a window.

    Prints “listening HOST:PORT” when ready; runs until SIGTERM or Ctrl+C.
    """
    from mutualaid.sync.service import run_node

    def ready(host: str, port: int) -> None:
        shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        if app.as_json:
            write_json({"listening": shown})
        else:
            click.echo(f"listening {shown}")

    with app.profile() as profile:
        run_node(
            profile,
            group=app.group_name,
            listen=listen,
            peers=peers,
            discovery=not no_discovery,
            on_ready=ready,
        )


@command("doctor", short_help="Check this profile; rebuild what can be rebuilt.")
@click.option("--rebuild", is_flag=True, help="Make everything but the journal anew from it.")
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what was found, without names or texts, to send with a question.",
)
@pass_app
def doctor(app: App, rebuild: bool, report: Path | None) -> None:
    """Check that everything in this profile is whole. Ends with 1 where something is not."""
    with app.group() as group:
        if rebuild:
            group.rebuild()
        found = group.health()
    if report is not None:
        from mutualaid.cli.report import write_report

        write_report(report, found)
        say(f"The report is in {report}. It holds no names and no texts; read it before sending.")
    lines = [f"{found.entries} entries of {found.devices} machines, {found.records} records."]
    lines += [f"  {problem}" for problem in found.problems]
    lines.append("Everything is whole." if found.ok else "Something is not as it should be.")
    app.done(shapes.health(found), "\n".join(lines))
    if not found.ok:
        click.get_current_context().exit(1)
