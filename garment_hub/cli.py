"""The ``garment-hub`` command: every call, its exit code, and where its output goes."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from flask import Flask
from flask_babel import force_locale
from sqlalchemy.exc import OperationalError, ProgrammingError

from garment_hub import jobs, server
from garment_hub.accounts import commands as accounts
from garment_hub.audit import commands as audit
from garment_hub.backup import commands as backup
from garment_hub.config import SettingError
from garment_hub.dashboard import commands as indicators
from garment_hub.db import engine_of
from garment_hub.demo import commands as demo
from garment_hub.errors import sentence
from garment_hub.notifications import commands as notifications
from garment_hub.recommendations import commands as recommendations
from garment_hub.registry import commands as registry
from garment_hub.schema import SchemaError, check
from garment_hub.schema import commands as schema
from models.errors import DomainError

DONE, NOT_GOOD_ENOUGH, COULD_NOT = 0, 1, 2
ROOMS = (server, schema, accounts, registry, demo, recommendations, notifications, jobs, backup, audit, indicators)


def parser() -> argparse.ArgumentParser:
    """Every room adds its own calls; each sets ``run``, a function (arguments, app) -> exit code."""
    top = argparse.ArgumentParser(prog="garment-hub", description="Garment Hub: run and look after a site.")
    calls = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for room in ROOMS:
        room.register(calls)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    parsed = parser().parse_args(arguments)
    try:
        return _run(parsed)
    except (SettingError, SchemaError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(": ".join(str(part) for part in (error.filename, error.strerror or error) if part), file=sys.stderr)
    except OperationalError as error:
        print(f"The database cannot be reached: {error.orig} Check GARMENT_HUB_DATABASE_URL.", file=sys.stderr)
    except KeyboardInterrupt:
        return DONE
    return COULD_NOT


def _run(parsed: argparse.Namespace) -> int:
    from garment_hub.app import create_app

    app: Flask = create_app()
    with app.app_context(), force_locale("en"):
        try:
            code: int = parsed.run(parsed, app)
        except DomainError as error:
            print(sentence(error), file=sys.stderr)
            return COULD_NOT
        except (OperationalError, ProgrammingError):
            check(engine_of(app))  # where a table is missing, it says which command makes it
            raise
    return code


if __name__ == "__main__":
    sys.exit(main())
