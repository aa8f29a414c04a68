"""PostgreSQL: connections, rows, statements and migrations; nothing above this package writes SQL."""
