"""Emission factors out of life-cycle data sets: ILCD and ecoSpold 2, where the data set itself states its score."""
