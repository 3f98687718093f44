"""Draws views as SVG on the server: pure functions from view and tongue to text; colours by class, never by style."""
