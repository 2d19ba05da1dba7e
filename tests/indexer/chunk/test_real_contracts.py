"""Real contracts, cut for the bundled encoder with its own tokenizer."""

import json
from collections import defaultdict

import pytest

from indexer.chunk import chunk
from indexer.documents import Document
from models.encoder.tokens import TokenCounter
from tests.indexer.chunk.test_invariants import assert_invariants

NO_RISKS = {"Document Name", "Parties", "Agreement Date", "Effective Date", "Expiration Date"}


@pytest.mark.slow
def test_passages_keep_expert_spans_whole_and_know_their_section(shared_data):
    spans = defaultdict(list)
    for line in (shared_data / "cuad" / "spans.jsonl").read_text(encoding="utf-8").splitlines():
        span = json.loads(line)
        if span["category"] not in NO_RISKS:
            spans[span["file"]].append((span["start"], span["end"]))
    counter = TokenCounter("")
    whole, total, passages, with_section = 0, 0, 0, 0
    for path in sorted((shared_data / "cuad" / "contracts").iterdir())[::25]:
        text = path.read_bytes().decode("utf-8", errors="replace")
        chunks = chunk(Document(text, path.stem, "text/plain"), counter.count, 256)
        assert_invariants(text, chunks, counter.count, 256)
        passages += len(chunks)
        with_section += sum(bool(found.section) for found in chunks)
        for start, end in spans[path.name]:
            total += 1
            whole += any(found.start <= start and end <= found.end for found in chunks)
    assert whole / total >= 0.85
    assert with_section / passages >= 0.9
