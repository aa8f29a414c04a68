"""Clock, ids, periods, money, errors, settings, logs: what every other room may use."""
