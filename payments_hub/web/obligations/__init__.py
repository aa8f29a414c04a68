"""What partners owe: a list, a file to take in, one to add or to end."""
