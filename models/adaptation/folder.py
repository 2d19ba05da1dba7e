"""Writes an adapted encoder as a folder that sentence-transformers, and CLAUSEWATCH_ENCODER, can name."""

import shutil
from pathlib import Path

from models.adaptation.card import FILE, AdaptationCard, readme
from models.reader.network import Module


def write_folder(model: Module, window: int, card: AdaptationCard, target: Path) -> None:
    """Writes a model and its card; the folder is whole or not there.

    Args:
        model: The SentenceTransformer.
        window: Its window in tokens, which may be wider than what it was trained with.
        card: Its card.
        target: The folder; a draft beside it, with the ending ".writing", is replaced.
    """
    draft = target.with_name(f"{target.name}.writing")
    shutil.rmtree(draft, ignore_errors=True)
    model.max_seq_length = window
    model.save(str(draft), create_model_card=False)
    (draft / FILE).write_text(card.to_json(), encoding="ascii")
    (draft / "README.md").write_text(readme(card), encoding="utf-8")
    draft.rename(target)
