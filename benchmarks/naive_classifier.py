"""What most people would try first: words and pairs of words by TF-IDF, a linear SVM for each label."""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from models.classifier.dataset import TrainingDocument
from models.evaluation.classification import macro_ap, p_at_recall
from models.evaluation.scores import Floats, Scored


def naive_scores(
    trained_on: Sequence[TrainingDocument], asked: Sequence[TrainingDocument], labels: Sequence[str]
) -> Floats:
    """Returns margins of passages, shape (passages of ``asked``, labels); a label without examples has 0."""
    vectorizer = TfidfVectorizer(ngram_range=(1, 2))
    passages = [passage for document in trained_on for passage in document.passages]
    known = vectorizer.fit_transform([each.passage.text for each in passages])
    seen = vectorizer.transform([passage.passage.text for document in asked for passage in document.passages])
    margins = np.zeros((seen.shape[0], len(labels)))
    for column, label in enumerate(labels):
        truth = np.array([label in each.labels for each in passages])
        if truth.any() and not truth.all():
            margins[:, column] = LinearSVC(random_state=0).fit(known, truth).decision_function(seen)
    return margins


def ranking(scored: Scored) -> dict[str, float]:
    """Returns the figures that need no probabilities."""
    return {"macro_ap": macro_ap(scored), "p_at_80r": p_at_recall(scored, 0.8)}
