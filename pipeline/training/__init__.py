"""Fitting of labellers and their export to the form that inference runs."""
