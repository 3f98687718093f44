"""Commands of the log: verify, checkpoint, audit, mirror, prove, backup, restore, rebuild, erase."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filon.cli.key import Json, SignerFolder, beside, signer_of
from filon.cli.show import chosen, console, open_ledger, progress_bar, put_findings, put_json
from filon.core.errors import NotFoundError, WrongCallError
from filon.core.finding import Finding, Language

if TYPE_CHECKING:
    from filon.app.checkpoint import Made
    from filon.app.signer import Signer
    from filon.app.stamp import Authority
    from filon.app.verify import Verdict
    from filon.log.key import Key
    from filon.log.policy import Policy

PolicyFile = Annotated[
    Path | None, typer.Option("--policy", exists=True, dir_okay=False, help="Policy file: whose signatures count.")
]
KeyFile = Annotated[
    Path | None, typer.Option("--key", exists=True, dir_okay=False, help="File of 32 bytes that seals the backup.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: filon verify --checkpoint auditor/checkpoint")(verify)
    app.command(epilog="Example: filon checkpoint --publish public/ --every 60")(checkpoint)
    app.command(epilog="Example: filon audit public/ --policy policy.txt")(audit)
    app.command(epilog="Example: filon mirror https://log.atlas.example copies/atlas --policy policy.txt")(mirror)
    app.command(epilog="Example: filon prove PK-0001 --out pk-0001.zip")(prove)
    app.command(epilog="Example: filon backup /mnt/safe/atlas")(backup)
    app.command(epilog="Example: filon --ledger new.db restore /mnt/safe/atlas")(restore)
    app.command(epilog="Example: filon rebuild")(rebuild)
    app.command(epilog="Example: filon erase 17 --reason 'request of 2026-11-20, GDPR art. 17'")(erase)


def verify(
    context: typer.Context,
    held: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", exists=True, dir_okay=False, help="A checkpoint kept elsewhere; may be repeated."),
    ] = None,
    policy: PolicyFile = None,
    signer: SignerFolder = None,
    records: Annotated[bool, typer.Option(help="Also compare the index of records with the payloads.")] = True,
    as_json: Json = False,
) -> None:
    """Make every hash of the ledger again from the stored bytes; say what is proven and what is not."""
    from filon.app.derive import derived
    from filon.app.verify import verify as verified

    with open_ledger(context) as ledger, _bar(as_json) as progress:
        keys = _keys(context, policy, signer)
        notes = [path.read_bytes() for path in held or []]
        derive = derived if records else None
        verdict = verified(ledger.store, keys=keys, held=notes, derive=derive, progress=progress)
    _put_verdict(verdict, _language(context), as_json)


def checkpoint(
    context: typer.Context,
    signer: SignerFolder = None,
    publish: Annotated[Path | None, typer.Option(help="Folder to publish the log's files to.")] = None,
    policy: PolicyFile = None,
    every: Annotated[int, typer.Option(min=0, help="Do it again every so many seconds, for ever.")] = 0,
    as_json: Json = False,
) -> None:
    """Sign the log as it stands; ask the policy's witnesses, publish, and have it stamped once a day."""
    import time

    from filon.app.checkpoint import Outside
    from filon.app.checkpoint import checkpoint as made
    from filon.app.outside import poster

    with open_ledger(context) as ledger:
        mine = signer_of(context, signer)
        settings = context.obj
        rules = _policy(policy) if policy else None
        outside = Outside(poster(settings.webhook_hosts), rules, _authority(context))
        stamps = None if publish else beside(context, "stamps")
        while True:
            done = made(ledger.store, mine, now=datetime.now(UTC), folder=publish, stamps=stamps, outside=outside)
            _put_checkpoint(context, mine, done, as_json)
            if not every:
                break
            time.sleep(every)
    if not done.enough:
        raise typer.Exit(1)


def audit(
    context: typer.Context,
    mirror: Annotated[
        Path | None, typer.Argument(exists=True, file_okay=False, help="Folder of a published log.")
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A bundle made by filon prove.")
    ] = None,
    policy: PolicyFile = None,
    roots: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Roots (PEM) of time-stamp authorities."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a published log or a bundle from its files alone; needs no ledger."""
    from filon.app.mirror import audit as audited
    from filon.app.prove import check_bundle

    if (mirror is None) == (bundle is None):
        raise WrongCallError("name either the folder of a published log or a bundle (--bundle FILE)")
    if bundle is not None:
        verdict = check_bundle(bundle.read_bytes(), _policy(policy) if policy else None)
    else:
        assert mirror is not None
        with _bar(as_json) as progress:
            trusted = roots.read_bytes() if roots else None
            verdict = audited(mirror, _policy(policy), roots=trusted, progress=progress)
    _put_verdict(verdict, _language(context), as_json)


def mirror(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="Folder or https address of the published log.")],
    target: Annotated[Path, typer.Argument(file_okay=False, help="Folder of the copy.")],
    policy: PolicyFile = None,
    as_json: Json = False,
) -> None:
    """Bring a copy of a partner's log up to date, after checking that it continues what the copy has seen."""
    from filon.app.mirror import mirror as mirrored
    from filon.app.outside import Remote, is_address

    rules = _policy(policy)
    with _bar(as_json) as progress:
        if is_address(source):
            with Remote(source, target, context.obj.webhook_hosts) as read:
                verdict = mirrored(read, target, rules, progress=progress)
        elif Path(source).is_dir():
            verdict = mirrored(Path(source), target, rules, progress=progress)
        else:
            raise NotFoundError(f"{source} is neither a folder nor an address")
    _put_verdict(verdict, _language(context), as_json)


def prove(
    context: typer.Context,
    lot: Annotated[str, typer.Argument(help="Lot number, serial number or identifier.")],
    out: Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="Zip file to write.")] = Path("proof.zip"),
    disclose: Annotated[
        list[int] | None, typer.Option(help="Entry whose document is shown; may be repeated [all].")
    ] = None,
    signer: SignerFolder = None,
    as_json: Json = False,
) -> None:
    """Write a bundle that proves, offline and to anybody, which documents a lot rests on."""
    from filon.app import durable
    from filon.app.behind import behind
    from filon.app.prove import prove as proven

    with open_ledger(context) as ledger:
        mine = signer_of(context, signer)
        note = mine.checkpoint(ledger.store, now=datetime.now(UTC))
        entries = behind(ledger, [str(ledger.lot(lot))], size=ledger.store.size())
        durable.write(out, proven(ledger.store, entries, note, mine.keys, disclosed=disclose))
    if as_json:
        put_json({"bundle": str(out), "entries": entries, "disclosed": disclose or entries})
    else:
        shown = len(disclose or entries)
        console().print(_say(context, f"{out}: {len(entries)} entries, {shown} documents shown",
                             f"{out} : {len(entries)} écritures, {shown} documents divulgués"))  # fmt: skip


def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Folder of the backup.")],
    seal: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Back the ledger up; a second time adds what is new. Checks what it wrote."""
    from filon.app import backup as backups

    with open_ledger(context) as ledger:
        backups.backup(ledger.store, folder, key=_seal(seal))
        manifest = backups.check(folder, key=_seal(seal))
    _put_manifest(context, manifest.size, manifest.root, len(manifest.segments), as_json)


def restore(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Folder of the backup.")],
    seal: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Bring a ledger back from a backup, byte for byte: into a new file, or what an older copy lacks."""
    from filon.app.backup import restore as restored
    from filon.app.ledger import Ledger

    with Ledger.open(context.obj.ledger) as ledger:
        manifest = restored(folder, ledger.store, key=_seal(seal))
    _put_manifest(context, manifest.size, manifest.root, len(manifest.segments), as_json)


def erase(
    context: typer.Context,
    entry: Annotated[list[int], typer.Argument(min=0, help="Log entry whose content is removed for ever.")],
    reason: Annotated[str, typer.Option(help="Why; it stays readable, so nothing of what is erased may be in it.")],
    by: Annotated[str, typer.Option(help="Who orders it [FILON_SUBMITTER].")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: it cannot be undone.")] = False,
    as_json: Json = False,
) -> None:
    """Remove the content of log entries (personal data); that they were there, and when, stays proven."""
    from filon.app.erase import erase as erased

    with open_ledger(context) as ledger:
        names = ", ".join(f"{one}: {ledger.store.entry(one).name or '-'}" for one in entry)
        question = _say(context, f"Erase {names} for ever?", f"Effacer à jamais {names} ?")
        if not yes and not typer.confirm(question, err=True):
            raise typer.Exit(2)
        logged = erased(ledger.store, entry, reason=reason, by=by or context.obj.submitter, now=datetime.now(UTC))
        ledger.forget_books()
    if as_json:
        put_json({"erased": sorted(set(entry)), "entry": logged.index})
    else:
        english = f"Erased; entry {logged.index} says so. Make a new backup and destroy the older ones."
        french = f"Effacé ; l'écriture {logged.index} le dit. Refaites une sauvegarde et détruisez les anciennes."
        console().print(_say(context, english, french))


def rebuild(context: typer.Context, as_json: Json = False) -> None:
    """Throw the index of records away and make it again from the payloads."""
    from filon.app.derive import rebuild as rebuilt

    with open_ledger(context) as ledger:
        count = rebuilt(ledger.store)
        ledger.forget_books()
    if as_json:
        put_json({"records": count})
    else:
        console().print(_say(context, f"{count} records", f"{count} enregistrements"))


@contextmanager
def _bar(silent: bool) -> Iterator[Callable[[int, int], None]]:
    with progress_bar(quiet=silent) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _authority(context: typer.Context) -> Authority | None:
    from filon.app.stamp import Authority

    url, roots = context.obj.stamp_url, context.obj.stamp_roots
    if not url:
        return None
    if not roots or not Path(roots).is_file():
        raise WrongCallError("give the authority's root certificates: FILON_STAMP_ROOTS=FILE")
    return Authority(url, Path(roots).read_bytes())


def _put_checkpoint(context: typer.Context, mine: Signer, done: Made, as_json: bool) -> None:
    from filon.log.checkpoint import opened

    if as_json:
        signed, _ = opened(done.note, mine.keys)
        put_json({"origin": signed.origin, "size": signed.size, "root": signed.root.hex(), "files": done.files,
                  "note": done.note.decode(), "stamp": str(done.stamp or ""), "troubles": list(done.troubles),
                  "enough": done.enough})  # fmt: skip
        return
    sys.stdout.write(done.note.decode())
    for trouble in done.troubles:
        console(stderr=True).print(trouble, markup=False)
    if not done.enough:
        console(stderr=True).print(_say(context, "The policy's quorum of witnesses is not reached.",
                                        "Le quorum de témoins de la politique n'est pas atteint."))  # fmt: skip


def _keys(context: typer.Context, policy: Path | None, signer: Path | None) -> list[Key]:
    """The keys that a check goes by: those of the policy, else of our own signer, if there is one."""
    if policy is not None:
        rules = _policy(policy)
        return [*rules.logs, *rules.witnesses.values()]
    try:
        return list(signer_of(context, signer).keys)
    except NotFoundError:
        return []


def _policy(path: Path | None) -> Policy:
    from filon.log.policy import parse_policy

    if path is None:
        raise WrongCallError("give the policy file that says whose signatures count (--policy FILE; filon key show)")
    return parse_policy(path.read_bytes())


def _seal(path: Path | None) -> bytes | None:
    from filon.app.backup import KEY_SIZE

    if path is None:
        return None
    seal = path.read_bytes()
    if len(seal) != KEY_SIZE:
        raise WrongCallError(
            f"the key of a backup is a file of exactly {KEY_SIZE} random bytes; {path} has {len(seal)}"
        )
    return seal


def _put_verdict(verdict: Verdict, language: Language, as_json: bool) -> None:
    if as_json:
        put_json({
            "whole": verdict.whole,
            "entries": verdict.entries,
            "root": verdict.root.hex(),
            "findings": [one.as_dict(language) for one in verdict.findings],
            "proven": [one.as_dict(language) for one in verdict.proven],
            "unproven": [one.as_dict(language) for one in verdict.unproven],
        })  # fmt: skip
    else:
        put_findings(verdict.findings, language)
        for mark, notes in (("[green]✓[/]", verdict.proven), ("[yellow]·[/]", verdict.unproven)):
            _put_notes(mark, notes, language)
    if not verdict.whole:
        raise typer.Exit(1)


def _put_notes(mark: str, notes: tuple[Finding, ...], language: Language) -> None:
    for note in notes:
        way = note.way_out(language)
        console().print(f"{mark} {note.text(language)}" + (f"\n  [dim]{way}[/]" if way else ""))


def _put_manifest(context: typer.Context, size: int, root: bytes, segments: int, as_json: bool) -> None:
    if as_json:
        put_json({"entries": size, "root": root.hex(), "segments": segments})
    else:
        console().print(_say(context, f"{size} entries in {segments} segments, root {root.hex()}",
                             f"{size} écritures en {segments} segments, racine {root.hex()}"))  # fmt: skip


def _language(context: typer.Context) -> Language:
    return chosen(context.obj.language)


def _say(context: typer.Context, english: str, french: str) -> str:
    return french if _language(context) == "fr" else english
