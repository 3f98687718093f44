"""ILCD and ecoSpold 2 documents of an invented data provider, as small as the formats allow."""

import io
import zipfile

FLOW, PROPERTY, GROUP = "f" * 8, "a" * 8, "b" * 8

PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<processDataSet xmlns="http://lca.jrc.it/ILCD/Process" xmlns:common="http://lca.jrc.it/ILCD/Common"
  xmlns:epd="http://www.iai.kit.edu/EPD/2013" version="1.1">
 <processInformation>
  <dataSetInformation><common:UUID>{uuid}</common:UUID>
   <name><baseName xml:lang="de">Natronlauge</baseName><baseName xml:lang="en">Caustic soda, 50 %</baseName></name>
  </dataSetInformation>
  <quantitativeReference type="Reference flow(s)"><referenceToReferenceFlow>7</referenceToReferenceFlow>
  </quantitativeReference>
  <time><common:referenceYear>2022</common:referenceYear></time>
  <geography><locationOfOperationSupplyOrProduction location="FI"/></geography>
 </processInformation>
 <administrativeInformation><publicationAndOwnership>
  <common:dataSetVersion>03.01.000</common:dataSetVersion><common:copyright>true</common:copyright>
  {licence}
 </publicationAndOwnership></administrativeInformation>
 <exchanges>
  <exchange dataSetInternalID="3"><referenceToFlowDataSet refObjectId="zzz"/><meanAmount>9</meanAmount></exchange>
  <exchange dataSetInternalID="7"><referenceToFlowDataSet refObjectId="ffffffff"/>
   <meanAmount>1</meanAmount><resultingAmount>{amount}</resultingAmount></exchange>
 </exchanges>
 <LCIAResults>{results}</LCIAResults>
</processDataSet>"""

RESULT = """<LCIAResult>
 <referenceToLCIAMethodDataSet refObjectId="{id}"><common:shortDescription xml:lang="en">{method}</common:shortDescription>
 </referenceToLCIAMethodDataSet>
 <meanAmount>{mean}</meanAmount>{more}
</LCIAResult>"""

UNIT = """<common:other><epd:referenceToUnitGroupDataSet refObjectId="co2"><common:shortDescription>{unit}</common:shortDescription>
 </epd:referenceToUnitGroupDataSet>{amounts}</common:other>"""

FLOW_XML = """<flowDataSet xmlns="http://lca.jrc.it/ILCD/Flow" xmlns:common="http://lca.jrc.it/ILCD/Common">
 <flowInformation><dataSetInformation><common:UUID>ffffffff</common:UUID></dataSetInformation>
 <quantitativeReference><referenceToReferenceFlowProperty>1</referenceToReferenceFlowProperty></quantitativeReference>
 </flowInformation><flowProperties>
 <flowProperty dataSetInternalID="0"><referenceToFlowPropertyDataSet refObjectId="other"/></flowProperty>
 <flowProperty dataSetInternalID="1"><referenceToFlowPropertyDataSet refObjectId="aaaaaaaa"/></flowProperty>
 </flowProperties></flowDataSet>"""

PROPERTY_XML = """<flowPropertyDataSet xmlns="http://lca.jrc.it/ILCD/FlowProperty"
 xmlns:common="http://lca.jrc.it/ILCD/Common"><flowPropertiesInformation>
 <dataSetInformation><common:UUID>aaaaaaaa</common:UUID></dataSetInformation>
 <quantitativeReference><referenceToReferenceUnitGroup refObjectId="bbbbbbbb"/></quantitativeReference>
 </flowPropertiesInformation></flowPropertyDataSet>"""

GROUP_XML = """<unitGroupDataSet xmlns="http://lca.jrc.it/ILCD/UnitGroup" xmlns:common="http://lca.jrc.it/ILCD/Common">
 <unitGroupInformation><dataSetInformation><common:UUID>bbbbbbbb</common:UUID></dataSetInformation>
 <quantitativeReference><referenceToReferenceUnit>2</referenceToReferenceUnit></quantitativeReference>
 </unitGroupInformation><units><unit dataSetInternalID="1"><name>g</name></unit>
 <unit dataSetInternalID="2"><name>kg</name></unit></units></unitGroupDataSet>"""

LICENCE = "<common:licenseType>Free of charge for all users and uses</common:licenseType>"

ECOSPOLD = """<?xml version="1.0" encoding="UTF-8"?>
<ecoSpold xmlns="http://www.EcoInvent.org/EcoSpold02">
 <{kind}><activityDescription>
  <activity id="act1"><activityName xml:lang="en">sulfuric acid production</activityName></activity>
  <geography geographyId="g"><shortname xml:lang="en">RER</shortname></geography>
  <timePeriod startDate="2019-01-01" endDate="2024-12-31" isDataValidForEntirePeriod="true"/>
 </activityDescription>
 <flowData>
  <intermediateExchange intermediateExchangeId="inp" amount="5"><name>sulfur</name><unitName>kg</unitName>
   <inputGroup>5</inputGroup></intermediateExchange>
  <intermediateExchange intermediateExchangeId="by" amount="0"><name>steam</name><unitName>MJ</unitName>
   <outputGroup>0</outputGroup></intermediateExchange>
  <intermediateExchange intermediateExchangeId="acid" amount="{amount}"><name xml:lang="en">sulfuric acid</name>
   <unitName>{unit}</unitName><outputGroup>0</outputGroup></intermediateExchange>
  {indicators}
 </flowData>
 <administrativeInformation><dataGeneratorAndPublication isCopyrightProtected="true" accessRestrictedTo="1"/>
 </administrativeInformation></{kind}>
</ecoSpold>"""

INDICATOR = """<impactIndicator impactIndicatorId="i" impactMethodId="m" impactCategoryId="c" amount="{amount}">
 <impactMethodName>{method}</impactMethodName><impactCategoryName>climate change</impactCategoryName>
 <name>{name}</name><unitName>{unit}</unitName></impactIndicator>"""


def result(mean, method="Climate change", unit="", amounts="", more=""):
    """One LCIAResult."""
    told = UNIT.format(unit=unit, amounts=amounts) if unit or amounts else ""
    return RESULT.format(id="cc", method=method, mean=mean, more=more + told)


def process(*results, amount="2", licence=LICENCE, uuid="dada"):
    """An ILCD process."""
    return PROCESS.format(uuid=uuid, amount=amount, licence=licence, results="".join(results)).encode()


def packed(files):
    """A zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in files.items():
            bundle.writestr(name, data)
    return out.getvalue()


def ilcd(*processes, **more):
    """An ILCD zip: processes with all that leads to their unit."""
    files = {f"ILCD/processes/{number}.xml": one for number, one in enumerate(processes)}
    linked = {"flows/f.xml": FLOW_XML, "flowproperties/a.xml": PROPERTY_XML, "unitgroups/b.xml": GROUP_XML, **more}
    return packed(files | {f"ILCD/{name}": text for name, text in linked.items()})


def ecospold(*indicators, amount="2", unit="kg", kind="childActivityDataset"):
    """An ecoSpold 2 document."""
    return ECOSPOLD.format(kind=kind, amount=amount, unit=unit, indicators="".join(indicators)).encode()


def indicator(amount, method="IPCC 2021", name="global warming potential (GWP100)", unit="kg CO2-Eq"):
    """One impact score."""
    return INDICATOR.format(amount=amount, method=method, name=name, unit=unit)
