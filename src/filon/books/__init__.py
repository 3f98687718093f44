"""Double entry for matter: events to balanced postings, holdings, steps and the flow graph; knows no CO2e, no law."""
