"""Forecasts with honest intervals, and the probability of reaching a target: pure functions of numbers."""
