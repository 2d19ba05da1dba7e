"""A tiny encoder of BERT's kind that is made here, and judgements whose lesson is known."""

from pathlib import Path

import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from transformers import BertConfig, BertModel, BertTokenizerFast

from models.adaptation.graded import Graded
from models.adaptation.train import Plan

WORDS = (
    "liability",
    "cap",
    "fees",
    "twelve",
    "months",
    "law",
    "ohio",
    "governed",
    "audit",
    "books",
    "records",
)
QUERIES = ("limits of what is owed", "which state decides", "who may look into accounts")
TOPICS = (
    ("liability", "cap", "fees", "twelve", "months"),
    ("law", "ohio", "governed"),
    ("audit", "books", "records"),
)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four layers of 32 dimensions, random weights."""
    folder = tmp_path_factory.mktemp("tiny")
    said = sorted({word for text in (*QUERIES, *WORDS, *map(str, range(40))) for word in text.split()})
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *said]))
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(said) + 5,
        hidden_size=32,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    bare = folder / "bare"
    BertModel(config).save_pretrained(bare)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(bare)
    transformer = Transformer(str(bare), max_seq_length=48)
    SentenceTransformer(modules=[transformer, Pooling(32), Normalize()], device="cpu").save(
        str(folder / "tiny"), create_model_card=False
    )
    return folder / "tiny"


@pytest.fixture
def graded() -> Graded:
    """Each passage answers one query, and was judged for one more."""
    texts, gains = [], []
    for number in range(36):
        topic = number % 3
        texts.append(" ".join([*TOPICS[topic], str(number)]))
        gains.append({topic: 3.0, (topic + 1) % 3: 0.0})
    return Graded(tuple(texts), QUERIES, tuple(gains))


@pytest.fixture
def plan(tiny: Path, graded: Graded) -> Plan:
    return Plan(tiny, "of the tiny one", 48, graded, epochs=4, seed=1, rate=3e-3, threads=1)
