"""Pages for officers: locked periods, and what waits because of them."""
