"""The command `carbon`: the footprint of a lot or pack, three electricity ways, by stage, with every reason."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filon.cli.carbon_shown import put_board, put_carbon, put_contract
from filon.cli.factors import Brightway, Method
from filon.cli.show import AsOf, chosen, console, open_ledger, put_json
from filon.core.errors import WrongCallError
from filon.views.say import Tongue, tongue

if TYPE_CHECKING:
    from filon.core.tables import Table
    from filon.views.carbon import CarbonView
    from filon.views.carbon_board import CarbonContract

Lot = Annotated[str, typer.Argument(help="Lot number, serial number or identifier.")]


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog="Example: filon carbon 000001 --why --what-if wind:Rivage:100")(carbon)
    app.command(epilog="Example: filon rebase filon-baseline.json 60.2 --ruleset gba-rulebook-2.0")(rebase)


def carbon(
    context: typer.Context,
    name: Lot = "",
    made: Annotated[bool, typer.Option("--made", help="Where it was made, not where it was delivered.")] = False,
    unconfirmed: Annotated[bool, typer.Option("--unconfirmed", help="Use factors that nobody confirmed too.")] = False,
    ruleset: Annotated[str, typer.Option(help="By whose rules: filon-1, pact-3.0, da-ev-draft ..")] = "filon-1",
    allocation: Annotated[str, typer.Option(help="Row of table allocation, if not the ruleset's.")] = "",
    prices: Annotated[Path | None, typer.Option(help="Prices per kg, CSV: product,price.", exists=True)] = None,
    factors: Annotated[
        list[Path] | None, typer.Option(help="Your own factors: CSV, xlsx, ILCD, ecoSpold 2.", exists=True)
    ] = None,
    brightway: Brightway = "",
    method: Method = "",
    gwp: Annotated[str, typer.Option(help="Warming potentials: ar6_100, ar5_100, ar5ccf_100, ar6_20.")] = "ar6_100",
    baseline: Annotated[Path | None, typer.Option(help="Baseline and targets, JSON.", exists=True)] = None,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            "--what-if", help="wind:SITE:80, own-solar:SITE:100, supplier:SITE:2.5, route:SITE:rail:900; repeat it."
        ),
    ] = None,
    end_of_life: Annotated[
        Path | None,
        typer.Option("--end-of-life", help="Materials of the circular footprint formula, JSON.", exists=True),
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="Contract year of an agreement, by the year it begins in; else the whole term.")
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="Factors, readings and log entries of every line.")] = False,
    xlsx: Annotated[Path | None, typer.Option(help="Write the report as a workbook too.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write the report as a PDF too.")] = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Say what a kg, piece, contract or all packs cost in CO2e; exit 1 where something is missing.

    NAME is a lot or pack, the JSON file of an agreement, or the number of one that lies beside the ledger; without a
    name all packs are told by model, plant and year, and every promise.
    """
    from filon.app.carbon import Carbon
    from filon.app.carbon_files import read_prices, terms

    say = tongue(chosen(context.obj.language))
    with open_ledger(context) as ledger:
        account = Carbon(ledger, baseline.read_bytes() if baseline else None)
        if not name:
            _refuse(context, _OF_ALL, "all packs together")
            board = account.board(as_of=as_of, ruleset=ruleset)
            put_json(board, say) if as_json else put_board(board, say)
            return
        file = name.endswith(".json") and Path(name).is_file()
        if file or name in account.agreements:
            _refuse(context, _OF_AGREEMENT, "an agreement")
            agreed = terms(Path(name).read_bytes()) if file else name
            contract = account.contract(agreed, year, as_of=as_of, ruleset=ruleset)
            _put_files(contract, say, xlsx, pdf)
            put_json(contract, say) if as_json else put_contract(contract, say, why=why)
            if contract.covered.value != 100:  # noqa: PLR2004 - percent
                raise typer.Exit(1)
            return
        _refuse(context, frozenset(context.params) - {"year"}, "a lot or pack")
        view = account.pack(
            name, as_of=as_of, made=made, unconfirmed=unconfirmed, allocation=allocation, ruleset=ruleset,
            prices=read_prices(prices.read_bytes()) if prices else None,
            tables=_tables(factors or (), brightway, method),
            gwp=gwp, changes=what_if or (), draws=True, end_of_life=end_of_life.read_bytes() if end_of_life else None,
        )  # fmt: skip
    _put_files(view, say, xlsx, pdf)
    if as_json:
        put_json(view, say)
    else:
        put_carbon(view, say, why=why)
    if view.gaps:
        raise typer.Exit(1)


_OF_ALL = frozenset({"name", "ruleset", "baseline", "as_of", "as_json"})
_OF_AGREEMENT = _OF_ALL | {"year", "why", "xlsx", "pdf"}


def _refuse(context: typer.Context, known: frozenset[str], of: str) -> None:
    """An option that would change nothing is a wrong call: a what-if that is passed over reads like an answer."""
    sources = {key: context.get_parameter_source(key) for key in context.params}
    given = {key for key, source in sources.items() if source is not None and source.name == "COMMANDLINE"}
    if idle := sorted(given - known):
        raise WrongCallError(f"--{idle[0].replace('_', '-')} is not for {of}; see filon carbon --help")


def _tables(files: Sequence[Path], brightway: str, method: str) -> tuple[Table, ...]:
    from filon.exchange.factor_table import brightway_factors, read_factors

    if method and not brightway:
        raise WrongCallError("--method is of a Brightway project; name it by --brightway PROJECT/DATABASE")
    own = tuple(read_factors(one.read_bytes(), one.name) for one in files)
    return (*own, brightway_factors(brightway, method)) if brightway else own


def _put_files(view: CarbonView | CarbonContract, say: Tongue, xlsx: Path | None, pdf: Path | None) -> None:
    if xlsx:
        from filon.exchange.carbon_report import report

        xlsx.write_bytes(report(view, say))
    if pdf:
        from filon.exchange.carbon_pdf import carbon_pdf

        pdf.write_bytes(carbon_pdf(view, say))


def rebase(
    context: typer.Context,  # noqa: ARG001 - every command takes it
    file: Annotated[Path, typer.Argument(help="The baseline that is to be replaced.", exists=True)],
    value: Annotated[str, typer.Argument(help="Its value by the new rules.")],
    ruleset: Annotated[str, typer.Option(help="The new rules.")] = "filon-1",
    allocation: Annotated[str, typer.Option(help="Row of table allocation, if not the ruleset's.")] = "",
    source: Annotated[str, typer.Option(help="Who says so, and why it is rebased.")] = "",
    out: Annotated[Path | None, typer.Option(help="File to write; else the old one's name with -rebased.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Rebase a baseline: the new one names the old one, both are kept and both are shown."""
    from filon.app.carbon import stamp_of
    from filon.app.carbon_files import rebase as rebased

    data = rebased(file.read_bytes(), value, stamp_of(ruleset, allocation), source)
    place = out or file.with_name(f"{file.stem}-rebased.json")
    place.write_bytes(data)
    if as_json:
        put_json({"file": str(place), "bytes": len(data)})
    else:
        console().print(f"{place}")
