"""The programme's vocabulary as pure values and functions: no database, no web, no clock."""
