"""Reranks the fused candidates of a query, learned from explicit judgements."""
