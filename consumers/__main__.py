"""`python -m consumers`: the same as the payments-consumers command."""

from consumers.cli import main

main()
