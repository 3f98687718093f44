"""Footprints exchanged with partners by the PACT interface: issued, asked for, answered, received as evidence."""
