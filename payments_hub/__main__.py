"""`python -m payments_hub`: the same as the payments-hub command."""

from payments_hub.cli import main

main()
