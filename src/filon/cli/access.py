"""Commands about who may see what: `organisation`, `person`, `grant`, `readings`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filon.cli.show import console, grid, open_ledger, put_json, speech
from filon.core.errors import WrongCallError

if TYPE_CHECKING:
    from filon.app.access import Delegation, Grant, Organisation, Person, Purpose
    from filon.app.desk.file import Desk

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Named = Annotated[str, typer.Argument(help="Name or id of an organisation.")]

WORDS = {
    "en": {
        "organisations": ("Id", "Name", "What it is", "Identifier"),
        "people": ("Id", "Name", "Organisation", "State"),
        "grants": ("Id", "Organisation", "For", "Of", "Points", "Until", "State"),
        "readings": ("When", "Organisation", "Who", "Battery", "Way", "Points"),
        "delegations": ("Id", "Of", "To", "For", "Of", "Points", "Until", "State"),
        "refusals": ("When", "What", "Who", "Organisation", "About"),
        "reset": "the second factor is taken away",
        "good": "good", "over": "over", "revoked": "revoked", "invited": "invited", "open": "open", "closed": "closed",
        "all": "all of its audience",
        "once": "Hand it over now, it cannot be shown again: it opens /welcome once, within three days.",
    },
    "fr": {
        "organisations": ("Id", "Nom", "Ce qu'elle est", "Identifiant"),
        "people": ("Id", "Nom", "Organisation", "État"),
        "grants": ("Id", "Organisation", "Pour", "De", "Points", "Jusqu'au", "État"),
        "readings": ("Quand", "Organisation", "Qui", "Batterie", "Voie", "Points"),
        "delegations": ("Id", "De", "À", "Pour", "De", "Points", "Jusqu'au", "État"),
        "refusals": ("Quand", "Quoi", "Qui", "Organisation", "Au sujet de"),
        "reset": "le second facteur est retiré",
        "good": "valable", "over": "échue", "revoked": "révoquée", "invited": "invité", "open": "ouvert",
        "closed": "fermé", "all": "tous ceux de son public",
        "once": "Transmettez-la, elle ne sera plus montrée : elle ouvre /welcome une fois, sous trois jours.",
    },
}  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    organisation = typer.Typer(no_args_is_help=True, help="Organisations that people and programs belong to.")
    organisation.command("add", epilog="Example: filon organisation add 'Seconde Vie' --as interest")(add_organisation)
    organisation.command("list", epilog="Example: filon organisation list")(list_organisations)
    app.add_typer(organisation, name="organisation")
    person = typer.Typer(no_args_is_help=True, help="People who sign in; the operator's first one closes the pages.")
    person.command("invite", epilog="Example: filon person invite marie --of 'Seconde Vie'")(invite)
    person.command("list", epilog="Example: filon person list --json")(list_people)
    person.command("disable", epilog="Example: filon person disable marie")(disable)
    person.command("reset", epilog="Example: filon person reset marie")(reset)
    app.add_typer(person, name="person")
    grant = typer.Typer(no_args_is_help=True, help="What an organisation may see of restricted passport data.")
    grant.command(
        "give",
        epilog="Example: filon grant give 'Seconde Vie' --for repair --of 09521213000010 --basis 'Art. 77(2)(b)'",
    )(give)
    grant.command("list", epilog="Example: filon grant list 'Seconde Vie'")(list_grants)
    grant.command("revoke", epilog="Example: filon grant revoke 1a2b3c4d")(revoke)
    app.add_typer(grant, name="grant")
    delegation = typer.Typer(no_args_is_help=True, help="Who may act for whom.")
    delegation.command(
        "give",
        epilog="Example: filon delegation give 'Seconde Vie' --to 'Atelier Nord' --for repair --of 09521213000010",
    )(delegate)
    delegation.command("list", epilog="Example: filon delegation list 'Seconde Vie'")(list_delegations)
    delegation.command("revoke", epilog="Example: filon delegation revoke 1a2b3c4d")(withdraw)
    app.add_typer(delegation, name="delegation")
    app.command(epilog="Example: filon readings --json")(readings)
    app.command(epilog="Example: filon refusals --json")(refusals)


def add_organisation(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the organisation.")],
    kind: Annotated[str, typer.Option("--as", help="operator, interest, authority or partner.")],
    identifier: Annotated[str, typer.Option(help="Its own identifier, such as a GLN.")] = "",
    as_json: Json = False,
) -> None:
    """Enter an organisation."""
    from filon.app.access import Kind, enter

    if kind not in list(Kind):
        raise WrongCallError(f"{kind!r} is no kind of organisation; choose of {', '.join(Kind)}")
    with _desk(context) as desk:
        made = enter(desk, name, Kind(kind), now=_now(), identifier=identifier)
    _put_organisations(context, [made], as_json=as_json)


def list_organisations(context: typer.Context, as_json: Json = False) -> None:
    """List all organisations."""
    from filon.app.access import organisations

    with _desk(context) as desk:
        found = organisations(desk)
    _put_organisations(context, found, as_json=as_json)


def invite(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name to sign in with.")],
    of: Annotated[str, typer.Option(help="Name or id of their organisation.")],
    as_json: Json = False,
) -> None:
    """Invite a person, or invite them again when the password is forgotten; prints the invitation, once."""
    from filon.app.access import invite as deed
    from filon.app.access import organisation

    with _desk(context) as desk:
        somebody, code = deed(desk, name, organisation(desk, of), now=_now())
    if as_json:
        put_json({**_person(somebody), "invitation": code})
        return
    print(code)
    console(stderr=True).print(f"[dim]{_words(context)['once']}[/]")


def list_people(context: typer.Context, as_json: Json = False) -> None:
    """List everybody who may sign in."""
    from filon.app.access import names as names_of
    from filon.app.access import people

    with _desk(context) as desk:
        found, names = people(desk), names_of(desk)
    if as_json:
        put_json([_person(one) for one in found])
        return
    words = _words(context)
    rows = [(one.id, one.name, names[one.organisation], str(words[_state(one)])) for one in found]
    console().print(grid("", words["people"], rows))


def disable(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name or id of a person.")],
    as_json: Json = False,
) -> None:
    """Close an account: all its sessions end at once."""
    from filon.app.access import disable as deed

    with _desk(context) as desk:
        closed = deed(desk, name, now=_now())
    if as_json:
        put_json(_person(closed))
    else:
        console().print(f"{closed.name}: {_words(context)['closed']}")


def reset(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name or id of a person.")],
    as_json: Json = False,
) -> None:
    """Take away a lost second factor: they set up a new one when it is asked for; all their sessions end."""
    from filon.app.access import second
    from filon.app.access.people import person

    with _desk(context) as desk:
        somebody = person(desk, name)
        second.take_away(desk, somebody)
    if as_json:
        put_json(_person(somebody))
    else:
        console().print(f"{somebody.name}: {_words(context)['reset']}")


def give(
    context: typer.Context,
    organisation: Named,
    purpose: Annotated[
        str,
        typer.Option(
            "--for", help="dismantling, repair, second life, recycling, purchaser, surveillance, supply chain."
        ),
    ],
    scope: Annotated[str, typer.Option("--of", help="Battery or model: identifier or GTIN; * = all.")],
    basis: Annotated[str, typer.Option(help="Act, contract or request that it rests on.")],
    points: Annotated[
        list[str] | None, typer.Option(help="Code of a data point; repeat it [all of the audience].")
    ] = None,
    days: Annotated[int, typer.Option(help="So many days it is good.", min=1, max=3660)] = 365,
    evidence: Annotated[str, typer.Option(help="Document that shows the interest.")] = "",
    download: Annotated[bool, typer.Option(help="They may take it along as JSON.")] = False,
    share: Annotated[bool, typer.Option(help="They may let another organisation act for them.")] = False,
    as_json: Json = False,
) -> None:
    """Let an organisation see restricted data of a battery, a model, or all."""
    from filon.app.access import give as deed
    from filon.app.access import organisation as found

    wanted, now = _purpose(purpose), _now()
    with _desk(context) as desk:
        to = found(desk, organisation)
        made = deed(desk, to, wanted, scope, basis, now + timedelta(days=days), now=now,
                    points=points or (), evidence=evidence, download=download, share=share)  # fmt: skip
    _put_grants(context, [made], {to.id: to.name}, as_json=as_json)


def list_grants(
    context: typer.Context,
    organisation: Annotated[str, typer.Argument(help="Name or id of an organisation; empty = all.")] = "",
    as_json: Json = False,
) -> None:
    """List grants, oldest first, those that are over included."""
    from filon.app.access import grants
    from filon.app.access import names as names_of
    from filon.app.access import organisation as found

    with _desk(context) as desk:
        of = found(desk, organisation).id if organisation else ""
        listed, names = grants(desk, of), names_of(desk)
    _put_grants(context, listed, names, as_json=as_json)


def revoke(
    context: typer.Context,
    grant: Annotated[str, typer.Argument(help="The grant's eight characters.")],
    as_json: Json = False,
) -> None:
    """End a grant: the next request sees nothing of it."""
    from filon.app.access import names as names_of
    from filon.app.access import revoke as deed

    with _desk(context) as desk:
        ended, names = deed(desk, grant, now=_now()), names_of(desk)
    _put_grants(context, [ended], names, as_json=as_json)


def delegate(
    context: typer.Context,
    giver: Annotated[str, typer.Argument(help="Name or id of the organisation that lets another act for it.")],
    to: Annotated[str, typer.Option(help="Name or id of the other.")],
    purpose: Annotated[str, typer.Option("--for", help="What for: as of a grant.")],
    scope: Annotated[str, typer.Option("--of", help="Battery or model: identifier or GTIN; * = all.")],
    points: Annotated[
        list[str] | None, typer.Option(help="Code of a data point; repeat it [all that they may see].")
    ] = None,
    days: Annotated[int, typer.Option(help="So many days it is good.", min=1, max=3660)] = 30,
    as_json: Json = False,
) -> None:
    """Let an organisation act for another, as far as its shareable grants reach."""
    from filon.app.access import delegate as deed
    from filon.app.access import organisation

    wanted, now = _purpose(purpose), _now()
    with _desk(context) as desk:
        made = deed(desk, organisation(desk, giver), organisation(desk, to), wanted, scope,
                    now + timedelta(days=days), now=now, points=points or ())  # fmt: skip
        _put_delegations(context, desk, [made], as_json=as_json)


def list_delegations(
    context: typer.Context,
    giver: Annotated[str, typer.Argument(help="Name or id of who gave them; empty = all.")] = "",
    as_json: Json = False,
) -> None:
    """List delegations, oldest first, those that are over included."""
    from filon.app.access import delegations, organisation

    with _desk(context) as desk:
        found = delegations(desk, giver=organisation(desk, giver).id if giver else "")
        _put_delegations(context, desk, found, as_json=as_json)


def withdraw(
    context: typer.Context,
    delegation: Annotated[str, typer.Argument(help="The delegation's eight characters.")],
    as_json: Json = False,
) -> None:
    """End a delegation: the next request sees nothing of it."""
    from filon.app.access import withdraw as deed

    with _desk(context) as desk:
        _put_delegations(context, desk, [deed(desk, delegation, now=_now())], as_json=as_json)


def readings(
    context: typer.Context,
    battery: Annotated[str, typer.Argument(help="Identifier of a battery; empty = all.")] = "",
    as_json: Json = False,
) -> None:
    """List who was shown what is not public, the last first."""
    from filon.app.access import Door
    from filon.app.access.readings import read_list
    from filon.app.passport_pages import PassportPages

    with open_ledger(context) as ledger, _desk(context) as desk:
        named = ledger.lot(battery) if battery else ""
        view = read_list(PassportPages(ledger), Door(desk), named)
    say = speech(context.obj.language)
    if as_json:
        put_json(view, say)
        return
    rows = [
        (say.moment(one.at), one.organisation, one.who, one.battery, say.name(one.way), say.several(one.points))
        for one in view.rows
    ]
    console().print(grid("", _words(context)["readings"], rows))


def refusals(context: typer.Context, as_json: Json = False) -> None:
    """List who was not let in, or not shown what they asked for, the last first."""
    from filon.app.access import Door
    from filon.app.access import names as names_of
    from filon.app.access import people as everybody

    with _desk(context) as desk:
        found, names = Door(desk).refusals(), names_of(desk)
        people = {one.id: one.name for one in everybody(desk)}
    rows = [(one.at, one.what, people.get(one.who, one.who), names.get(one.organisation, ""), one.about)
            for one in found]  # fmt: skip
    if as_json:
        keys = ("at", "what", "who", "organisation", "about")
        put_json([dict(zip(keys, (at.isoformat(), *rest), strict=True)) for at, *rest in rows])
        return
    say = speech(context.obj.language)
    console().print(grid("", _words(context)["refusals"], [(say.moment(at), *rest) for at, *rest in rows]))


def _desk(context: typer.Context) -> AbstractContextManager[Desk]:
    from filon.app.desk.place import owners_desk

    return owners_desk(context.obj.ledger)


def _now() -> datetime:
    return datetime.now(UTC)


def _words(context: typer.Context) -> Any:
    return WORDS[speech(context.obj.language).language]


def _put_organisations(context: typer.Context, found: list[Organisation], *, as_json: bool) -> None:
    if as_json:
        put_json([{"id": o.id, "name": o.name, "kind": o.kind.value, "identifier": o.identifier} for o in found])
        return
    rows = [(one.id, one.name, one.kind.value, one.identifier) for one in found]
    console().print(grid("", _words(context)["organisations"], rows))


def _put_grants(context: typer.Context, found: list[Grant], names: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        put_json([_grant(one, names) for one in found])
        return
    words, say = _words(context), speech(context.obj.language)
    rows = [
        (one.id, names[one.organisation], one.purpose.value, one.scope, ", ".join(sorted(one.points)) or words["all"],
         say.day(one.expires.date()), words["revoked" if one.revoked else "good" if one.good(_now()) else "over"])
        for one in found
    ]  # fmt: skip
    console().print(grid("", words["grants"], rows))


def _grant(one: Grant, names: dict[str, str]) -> dict[str, object]:
    return {
        "id": one.id, "organisation": names[one.organisation], "purpose": one.purpose.value, "scope": one.scope,
        "points": sorted(one.points), "basis": one.basis, "evidence": one.evidence, "download": one.download,
        "share": one.share, "issued": one.issued.isoformat(), "expires": one.expires.isoformat(),
        "revoked": one.revoked.isoformat() if one.revoked else None,
    }  # fmt: skip


def _purpose(text: str) -> Purpose:
    from filon.app.access import Purpose

    if text not in list(Purpose):
        raise WrongCallError(f"{text!r} is no purpose; choose of {', '.join(Purpose)}")
    return Purpose(text)


def _put_delegations(context: typer.Context, desk: Desk, found: list[Delegation], *, as_json: bool) -> None:
    from filon.app.access import names as names_of

    names = names_of(desk)
    if as_json:
        put_json([
            {"id": one.id, "giver": names[one.giver], "taker": names[one.taker], "purpose": one.purpose.value,
             "scope": one.scope, "points": sorted(one.points), "issued": one.issued.isoformat(),
             "expires": one.expires.isoformat(), "revoked": one.revoked.isoformat() if one.revoked else None}
            for one in found
        ])  # fmt: skip
        return
    words, say = _words(context), speech(context.obj.language)
    rows = [
        (one.id, names[one.giver], names[one.taker], one.purpose.value, one.scope,
         ", ".join(sorted(one.points)) or words["all"], say.day(one.expires.date()),
         words["revoked" if one.revoked else "good" if one.good(_now()) else "over"])
        for one in found
    ]  # fmt: skip
    console().print(grid("", words["delegations"], rows))


def _person(one: Person) -> dict[str, object]:
    return {"id": one.id, "name": one.name, "organisation": one.organisation, "kind": one.kind.value,
            "state": _state(one)}  # fmt: skip


def _state(one: Person) -> str:
    return "closed" if one.disabled else "open" if one.ready else "invited"
