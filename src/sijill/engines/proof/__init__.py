"""What an outsider needs to check a proof without us. Begins with the canonical bytes."""
