"""What the clock starts: the drain, forecasts, charts."""
