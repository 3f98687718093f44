"""Emission factors out of life-cycle data sets: ILCD and ecoSpold 2 that state their score, Brightway projects."""
