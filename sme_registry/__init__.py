"""The programme's rules for firms: who they are, how large, what they may take part in. Pure: no input, no output."""
