"""Commands about API tokens: `token create`, `token list`, `token revoke`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filon.cli.show import chosen, console, grid, put_json
from filon.core.errors import WrongCallError

if TYPE_CHECKING:
    from filon.app.desk.file import Desk
    from filon.app.desk.tokens import Role, Token

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]

WORDS = {
    "en": {
        "columns": ("Token", "Name", "Roles", "Expires", "Last used", "State"),
        "good": "good", "expired": "expired", "revoked": "revoked",
        "once": "Keep it now: it cannot be shown again.",
    },
    "fr": {
        "columns": ("Jeton", "Nom", "Rôles", "Expire", "Dernier usage", "État"),
        "good": "valable", "expired": "expiré", "revoked": "révoqué",
        "once": "Notez-le maintenant : il ne sera plus montré.",
    },
}  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    token = typer.Typer(no_args_is_help=True, help="Tokens with which partners' programs use the EPCIS interface.")
    token.command(epilog="Example: filon token create 'Atlas Refining' --role submitter --days 365")(create)
    token.command("list", epilog="Example: filon token list --json")(listed)
    token.command(epilog="Example: filon token revoke 1a2b3c4d")(revoke)
    app.add_typer(token, name="token")


def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Whose program it is; kept as submitter in the log.")],
    role: Annotated[list[str], typer.Option(help="submitter, reader, auditor, partner or passports; may be repeated.")],
    days: Annotated[int, typer.Option(help="So many days it is good.", min=1, max=3660)] = 365,
    organisation: Annotated[str, typer.Option(help="Whose grants it reads passports by: name or id.")] = "",
    as_json: Json = False,
) -> None:
    """Make a token and print its secret, once."""
    from filon.app.access import organisation as found
    from filon.app.desk import tokens

    roles = [_role(one) for one in role]
    now = datetime.now(UTC)
    with _desk(context) as desk:
        of = found(desk, organisation).id if organisation else ""
        token, secret = tokens.create(desk, name, roles, now=now, valid=timedelta(days=days), organisation=of)
    if as_json:
        put_json({**_as_dict(token, now), "secret": secret})
        return
    print(secret)
    console(stderr=True).print(f"{token.id}  {token.name}  {WORDS[chosen(context.obj.language)]['once']}")


def listed(context: typer.Context, as_json: Json = False) -> None:
    """List all tokens; secrets are not kept and cannot be shown."""
    from filon.app.desk import tokens

    now = datetime.now(UTC)
    with _desk(context) as desk:
        known = tokens.tokens(desk)
    if as_json:
        put_json([_as_dict(one, now) for one in known])
        return
    words = WORDS[chosen(context.obj.language)]
    rows = [
        (
            one.id,
            one.name,
            ", ".join(sorted(one.roles)),
            one.expires.date().isoformat(),
            one.used.date().isoformat() if one.used else "",
            str(words[_state(one, now)]),
        )
        for one in known
    ]
    console().print(grid("", list(words["columns"]), rows))


def revoke(
    context: typer.Context,
    token: Annotated[str, typer.Argument(help="The token's eight characters, as in `filon token list`.")],
    as_json: Json = False,
) -> None:
    """End a token: the next request with it is refused."""
    from filon.app.desk import tokens

    now = datetime.now(UTC)
    with _desk(context) as desk:
        ended = tokens.revoke(desk, token, now=now)
    if as_json:
        put_json(_as_dict(ended, now))
    else:
        console().print(f"{ended.id}  {ended.name}  {WORDS[chosen(context.obj.language)]['revoked']}")


def _desk(context: typer.Context) -> AbstractContextManager[Desk]:
    from filon.app.desk.place import owners_desk

    return owners_desk(context.obj.ledger)


def _role(text: str) -> Role:
    from filon.app.desk.tokens import Role

    try:
        return Role(text.strip().lower())
    except ValueError as error:
        raise WrongCallError(f"{text!r} is no role; there are {', '.join(Role)}") from error


def _state(token: Token, now: datetime) -> str:
    if token.revoked:
        return "revoked"
    return "good" if token.good(now) else "expired"


def _as_dict(token: Token, now: datetime) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "roles": sorted(token.roles),
        "created": token.created.isoformat(),
        "expires": token.expires.isoformat(),
        "used": token.used.isoformat() if token.used else None,
        "state": _state(token, now),
    }
