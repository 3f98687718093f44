"""The words of the Core Business Vocabulary: bare inside, and every spelling that says the same word.

JSON writes `shipping`, XML `urn:epcglobal:cbv:bizstep:shipping`, linked data `https://ref.gs1.org/cbv/BizStep-shipping`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WEB = "https://ref.gs1.org/cbv/"
URN = "urn:epcglobal:cbv:"
GS1 = "https://gs1.org/voc/"
"""The GS1 Web Vocabulary, pinned: context 2.0.1 says `https://ref.gs1.org/voc/` for the same words (decision 0009)."""

GS1_SPELLINGS = ("https://ref.gs1.org/voc/", "http://gs1.org/voc/", "https://www.gs1.org/voc/")
"""Other namespaces of the same vocabulary, of whatever context or document."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "bizStep": _words(
            "accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting"
            " decommissioning departing destroying disassembling dispensing encoding entering_exiting holding"
            " inspecting installing killing loading other packing picking receiving removing repackaging repairing"
            " replacing reserving retail_selling sampling sensor_reporting shipping staging_outbound stock_taking"
            " stocking storing transporting unloading unpacking void_shipping"
        ),
        "disposition": _words(
            "active available completeness_inferred completeness_verified conformant container_closed container_open "
            "damaged destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class "
            "mismatch_instance mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other "
            "partially_dispensed recalled reserved retail_sold returned sellable_accessible sellable_not_accessible "
            "stolen unavailable unknown"
        ),
        "bizTransaction": _words("bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"),
        "party": _words("owning_party possessing_party location"),
        "reason": _words("did_not_occur incorrect_data"),
        "component": _words(
            "x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing"
            " latitude longitude altitude"
        ),
        "exception": _words("ALARM_CONDITION ERROR_CONDITION"),
        "measurement": _words(
            "AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance "
            "AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area "
            "Capacitance Conductance Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate "
            "DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy "
            "Exposure Force Frequency Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum "
            "Luminance LuminousFlux LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential "
            "Mass MassConcentration MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy "
            "MolarMass MolarVolume Power Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity "
            "Resistance Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature "
            "Time Torque Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber"
        ),
    }
)
"""{kind: its words}. `party` are the types of sources and destinations, `reason` those of error declarations."""

_CLASSES = {  # kind: (class in a URN, class in a web URI)
    "bizStep": ("bizstep", "BizStep"),
    "disposition": ("disp", "Disp"),
    "bizTransaction": ("btt", "BTT"),
    "party": ("sdt", "SDT"),
    "reason": ("er", "ER"),
    "component": ("", "Comp"),
}

_BARE: Mapping[str, Mapping[str, str]] = {
    kind: {
        spelling: word
        for word in words
        for spelling in (
            [prefix + word for prefix in (GS1, *GS1_SPELLINGS, "gs1:")]
            if kind not in _CLASSES
            else [f"{URN}{_CLASSES[kind][0]}:{word}", f"{WEB}{_CLASSES[kind][1]}-{word}"]
        )
    }
    for kind, words in WORDS.items()
}


def bare(kind: str, value: str) -> str:
    """The bare word of a CBV URN or web URI; any other value unchanged."""
    return _BARE[kind].get(value, value)


def web(kind: str, value: str) -> str:
    """The web URI of a bare word; any other value unchanged."""
    if value not in WORDS[kind]:
        return value
    return f"{WEB}{_CLASSES[kind][1]}-{value}" if kind in _CLASSES else GS1 + value


def urn(kind: str, value: str) -> str:
    """What XML writes for a bare word: its URN, `gs1:Name` for sensor words; any other value unchanged.

    Source: EPCIS 2.0, 10.3; components have no URN, so their web URI stands.
    """
    if value not in WORDS[kind]:
        return value
    if kind not in _CLASSES:
        return f"gs1:{value}"
    name = _CLASSES[kind][0]
    return f"{URN}{name}:{value}" if name else web(kind, value)
