"""Readers: copies of an encoder's last layers, trained to read labels in the pass that gives the vector."""
