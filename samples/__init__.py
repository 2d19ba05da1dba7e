"""Sample documents: fictional contracts written for this product, and what builds their files."""
