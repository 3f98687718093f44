"""EPCIS 2.0: bytes to events and back, by the standard; knows neither stores nor lots."""
