"""Measure answers: question sets, calibration, votes."""
