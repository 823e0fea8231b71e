"""``backup``, ``restore``, ``verify`` and ``purge``: keeping an installation, from the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from dualcore.present.words import say


def add_commands(commands: argparse._SubParsersAction) -> None:
    b = commands.add_parser("backup", help="write all records and files of this installation to one file")
    b.add_argument("out", type=Path, metavar="OUT.zip")
    r = commands.add_parser("restore", help="fill an empty installation from a backup")
    r.add_argument("backup", type=Path, metavar="BACKUP.zip")
    v = commands.add_parser("verify", help="check the audit trail and every stored file; status 1 when something is wrong")
    p = commands.add_parser("purge", help="remove for good what was deleted more than thirty days ago")
    for parser, run in ((b, _backup), (r, _restore), (v, _verify), (p, _purge)):
        parser.add_argument("--language", choices=("en", "ja"), default="en")
        parser.set_defaults(run=run)


def _opened(migrated: bool = True):
    # Not at the top: other commands do not wait for the database.
    from dualcore.records.database import Database, migrate, open_engine
    from dualcore.records.store import FileStore
    from dualcore.settings import Settings

    settings = Settings()
    engine = open_engine(settings.database_url)
    if migrated:
        migrate(engine)
    return Database(engine), FileStore(settings.storage_url, settings.home / "fetched")


def _backup(options: argparse.Namespace) -> None:
    from dualcore.records.backup import backup

    info = backup(*_opened(), options.out)
    megabytes = f"{info.bytes / 1e6:.1f}"
    print(say("maintenance.backup", options.language, rows=sum(info.rows.values()), files=info.files, size=megabytes, name=options.out))
    print(say("maintenance.seal", options.language, seal=info.seal))


def _restore(options: argparse.Namespace) -> None:
    from dualcore.records.backup import restore

    info = restore(*_opened(migrated=False), options.backup)
    print(say("maintenance.restored", options.language, rows=sum(info.rows.values()), files=info.files, when=info.created.isoformat(timespec="minutes")))
    print(say("maintenance.seal", options.language, seal=info.seal))


def _verify(options: argparse.Namespace) -> int:
    from dualcore.records.backup import check

    found = check(*_opened())
    for fault in found.trail.faults:
        print(say(f"audit.fault.{fault.code}", options.language, number=fault.number, table=fault.table, row=fault.row))
    for sha in found.missing:
        print(say("maintenance.missing", options.language, sha=sha))
    for sha in found.changed:
        print(say("maintenance.changed", options.language, sha=sha))
    verdict = "maintenance.sound" if found.sound else "maintenance.unsound"
    print(say(verdict, options.language, lines=found.trail.lines, files=found.files))
    print(say("maintenance.seal", options.language, seal=found.trail.seal))
    return 0 if found.sound else 1


def _purge(options: argparse.Namespace) -> None:
    from dualcore.records.purge import purge

    print(say("maintenance.purged", options.language, n=len(purge(*_opened()))))
