"""Defining: what a name stands for."""
