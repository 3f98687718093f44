"""Scores of a Brightway project: for each activity of a database, what one unit of its product costs in CO2e.

Projects are what `bw2io` imports and `bw2data` keeps (in BRIGHTWAY2_DIR, else where Brightway puts them). The score is
Brightway's own: `bw2calc` solves the database with all that it draws on, loops included. Nothing is written to the
project, but that Brightway brings its own matrices up to date where the project was changed. Brightway keeps amounts
in single precision, so that some seven digits of a score mean something.

    rows, left_out = read_brightway("batteries/ours", "IPCC 2021|climate change|GWP 100a")
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import Any

from filon.core.errors import WrongCallError
from filon.exchange.lca.read import Read, rows
from filon.exchange.lca.score import Score, of_climate

UNITS = {
    "kilogram": "kg", "gram": "g", "ton": "t", "kilowatt hour": "kWh", "megajoule": "MJ", "gigajoule": "GJ",
    "cubic meter": "m3", "square meter": "m2", "meter": "m", "kilometer": "km", "hour": "h", "ton kilometer": "tkm",
}  # fmt: skip
"""Brightway's names of units where they are not those of other formats; its `ton` is always the metric one."""


def read_brightway(place: str, method: str, only: Sequence[str] = ()) -> Read:
    """Rows of table `factors`, and a reason for each activity that makes none.

    Args:
        place: `PROJECT/DATABASE`; the name of the project bears no stroke.
        method: the parts of its name with strokes between: `IPCC 2021|climate change|GWP 100a`.
        only: codes or names of activities; empty = all of the database.

    Raises:
        WrongCallError: Brightway is not there, or no such project, database, method or activity; the method is not of
            global warming; nothing can be computed.
    """
    with _brightway(place) as (data, calc):
        project, _, database = place.partition("/")
        listed = sorted(one.name for one in data.projects)
        # Brightway makes a project that it does not know: a slip of the pen must not leave an empty one behind.
        _among(project, listed, "Brightway has no project")
        data.projects.set_current(project, writable=False)
        _among(database, sorted(data.databases), f"project {project} has no database")
        return rows(_scores(data, calc, database, _method(data, method), only), place)


@contextmanager
def _brightway(place: str) -> Iterator[tuple[Any, Any]]:
    # It greets on standard output, where our JSON goes, and recommends solvers.
    with redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import bw2calc  # noqa: PLC0415 - an extra
            import bw2data  # noqa: PLC0415 - an extra
            import bw2data.errors  # noqa: PLC0415 - an extra
            import matrix_utils.errors  # noqa: PLC0415 - what bw2calc builds its matrices with
        except ImportError as error:
            raise WrongCallError("Brightway projects need Brightway: pip install 'filon[brightway]'") from error
        # Its errors, of a matrix not square, singular or empty, and of a project not brought up to date.
        its = (bw2data.errors.BW2Exception, bw2calc.errors.BW2CalcError, matrix_utils.errors.MatrixUtilsError)
        try:
            yield bw2data, bw2calc
        except (*its, RuntimeError, OSError) as error:
            raise WrongCallError(f"Brightway cannot compute {place}: {error or type(error).__name__}") from error


def _method(data: Any, text: str) -> tuple[str, ...]:
    wanted = tuple(part.strip() for part in text.split("|"))
    climate = {one: "|".join(one) for one in sorted(data.methods) if _of_climate(data, one)}
    if wanted in data.methods and wanted not in climate:
        raise WrongCallError(f"{text} is no method of global warming in kg CO2e")
    _among("|".join(wanted), list(climate.values()), "the project has no method")
    return wanted


def _of_climate(data: Any, method: tuple[str, ...]) -> bool:
    return of_climate("|".join(method), data.methods[method].get("unit", ""))


def _scores(data: Any, calc: Any, database: str, method: tuple[str, ...], only: Sequence[str]) -> Iterator[Score]:
    nodes = _nodes(data, database, only)
    if not nodes:
        return
    _, packages, _ = data.prepare_lca_inputs({nodes[0]: 1}, method=method)
    lca = calc.LCA({nodes[0].id: 1}, data_objs=packages)
    lca.load_lci_data()
    lca.load_lcia_data()
    if not lca.characterization_matrix.nnz:
        raise WrongCallError(f"{'|'.join(method)} knows none of the emissions in {database}: all scores would be 0")
    lca.decompose_technosphere()
    for node in nodes:
        # A process whose product is a node of its own is no product; that node is listed too.
        if node.id in lca.dicts.product:
            lca.lci({node.id: 1})
            lca.lcia()
            yield _score(data, node, method, float(lca.score))


def _nodes(data: Any, database: str, only: Sequence[str]) -> list[Any]:
    kinds = data.labels.lci_node_types
    listed = sorted((one for one in data.Database(database) if one["type"] in kinds), key=lambda one: str(one["code"]))
    for wanted in only:
        _among(wanted, [str(name) for one in listed for name in (one["code"], one["name"])], "there is no activity")
    return [one for one in listed if not only or str(one["code"]) in only or one["name"] in only]


def _score(data: Any, node: Any, method: tuple[str, ...], score: float) -> Score:
    kept = data.databases[node["database"]]
    product, unit = node.get("reference product") or node["name"], str(node.get("unit") or "")
    made = [one["amount"] for one in node.upstream(kinds=("production",))]
    return Score(
        dataset=f"{node['database']}.{node['code']}",
        name=node["name"] if product == node["name"] else f"{node['name']}: {product}",
        method="|".join(method),
        score=repr(score),
        score_unit=data.methods[method].get("unit", ""),
        # The demand is of one unit; what takes waste in "makes" an amount below 0, as elsewhere no factor.
        amount="1" if all(one > 0 for one in made) else str(min(made)),
        unit=UNITS.get(unit, unit),
        geography=str(node.get("location") or ""),
        year=_year(node),
        licence=str(node.get("license") or kept.get("license") or ""),
        gsd2="",
        cell=f"Brightway project {data.projects.current}, database {node['database']} of {kept.get('modified', '?')}, "
        f"code {node['code']}",
    )


def _year(node: Any) -> str:
    """The first year that the data are of, as `bw2io` leaves it: of ecoSpold 2, of ecoSpold 1; empty = unsaid."""
    tags = {one[0]: one[1] for one in node.get("tags") or () if len(one) > 1}
    text = str(node.get("start_date") or tags.get("ecoSpold01startDate") or "")[:4]
    return text if text.isdigit() else ""


def _among(wanted: str, listed: Sequence[str], none: str) -> None:
    if wanted not in listed:
        raise WrongCallError(f"{none} {wanted!r}; there are: {', '.join(listed[:20]) or 'none'}")
