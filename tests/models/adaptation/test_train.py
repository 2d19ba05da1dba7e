"""Adapting an encoder: what moves, what stays, and that equal plans give equal weights."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from sentence_transformers import SentenceTransformer

from models.adaptation.graded import Graded
from models.adaptation.train import Plan, adapt
from models.evaluation.retrieval import measure

pytestmark = pytest.mark.slow


def silent(_done: int, _total: int, _detail: str) -> None:
    pass


def weights(model: SentenceTransformer) -> dict[str, torch.Tensor]:
    return {name: each.clone() for name, each in model.state_dict().items()}


def ndcg(model: SentenceTransformer, graded: Graded) -> float:
    texts = model.encode(list(graded.texts), normalize_embeddings=True)
    queries = model.encode(list(graded.targets), normalize_embeddings=True)
    qrels = {
        str(column): {
            str(row): int(gains[column]) for row, gains in enumerate(graded.gains) if column in gains
        }
        for column in range(len(graded.targets))
    }
    run = {
        query: {row: float(texts[int(row)] @ queries[int(query)]) for row in judged}
        for query, judged in qrels.items()
    }
    return measure(qrels, run)["ndcg@10"]


def test_training_lowers_the_loss_and_answers_the_trained_queries_better(
    plan: Plan, graded: Graded, tmp_path: Path
) -> None:
    before = ndcg(SentenceTransformer(str(plan.folder), device="cpu"), graded)
    made = adapt(replace(plan, epochs=40), tmp_path / "state", silent)
    assert made.losses[-1] < 0.7 * made.losses[0]
    assert before < 0.92
    assert ndcg(made.model, graded) > 0.99


def test_embeddings_and_lower_layers_stay_identical_and_the_upper_ones_move(
    plan: Plan, tmp_path: Path
) -> None:
    old = weights(SentenceTransformer(str(plan.folder), device="cpu"))
    new = weights(adapt(plan, tmp_path / "state", silent).model)
    assert old.keys() == new.keys()
    moved = {name for name in old if not torch.equal(old[name], new[name])}
    assert {name.partition("layer.")[2][:1] for name in moved} == {"2", "3"}
    assert len(moved) > 20


def test_the_weights_are_the_mean_of_old_and_trained_ones(plan: Plan, tmp_path: Path) -> None:
    old = weights(SentenceTransformer(str(plan.folder), device="cpu"))
    new = weights(adapt(plan, tmp_path / "state.safetensors", silent).model)
    trained = load_file(tmp_path / "state.safetensors")
    name = next(name for name in new if name.endswith("layer.3.output.dense.weight"))
    mean = (old[name].numpy() + trained[f"weight/{name}"]) / 2
    assert np.allclose(new[name].numpy(), mean, rtol=0, atol=1e-7)
    assert not np.allclose(new[name].numpy(), trained[f"weight/{name}"], rtol=0, atol=1e-6)


def test_a_training_that_was_stopped_goes_on_after_its_last_epoch_to_the_same_weights(
    plan: Plan, tmp_path: Path
) -> None:
    whole = weights(adapt(plan, tmp_path / "whole", silent).model)
    steps = plan.steps

    def stop(done: int, _total: int, _detail: str) -> None:
        if done == 2 * steps + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        adapt(plan, tmp_path / "state", stop)
    seen = []
    made = adapt(plan, tmp_path / "state", lambda done, _total, _detail: seen.append(done))
    assert seen[0] == 2 * steps + 1
    assert len(made.losses) == 2
    again = weights(made.model)
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_the_state_of_another_plan_is_not_taken_up(plan: Plan, tmp_path: Path) -> None:
    adapt(replace(plan, seed=7), tmp_path / "state", silent)
    assert len(adapt(plan, tmp_path / "state", silent).losses) == plan.epochs


def test_marked_words_are_learned_beside_the_passages(plan: Plan, tmp_path: Path) -> None:
    labels = ("owed", "state decides", "accounts look")
    spans = Graded(
        ("liability cap", "governed law", "audit books"),
        labels,
        tuple({column: float(column == row) for column in range(3)} for row in range(3)),
    )
    made = adapt(replace(plan, spans=spans, epochs=40), tmp_path / "state", silent)
    texts, targets = (
        made.model.encode(list(each), normalize_embeddings=True) for each in (spans.texts, labels)
    )
    assert (texts @ targets.T).argmax(1).tolist() == [0, 1, 2]
