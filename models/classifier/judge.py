"""Decides about pairs of passages and labels: boosted trees over their description, then calibrated."""

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.classifier.pairs import Floats, Pairs
from models.errors import ClassifierError

ROUNDS = 250
BOOSTERS = 2
REMEDY = (
    "Install the OpenMP library that it needs: “apt-get install libgomp1” on Debian and Ubuntu, “dnf install "
    "libgomp” on Fedora, “brew install libomp” on macOS; or install Clausewatch again if LightGBM is missing."
)
_PARAMETERS = {
    "objective": "binary",
    "num_leaves": 8,
    "learning_rate": 0.05,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns log-odds into probabilities: 1 / (1 + exp(-(slope * log-odds + offset)))."""

    slope: float
    offset: float

    def probabilities(self, log_odds: Floats, added: NDArray[np.float64] | float = 0.0) -> Floats:
        """Returns probabilities in [0, 1], float32, in the shape of the log-odds.

        ``added`` is what people's decisions add to the calibrated log-odds.
        """
        calibrated = self.slope * log_odds.astype(np.float64) + self.offset + added
        return np.asarray(1 / (1 + np.exp(-calibrated)), np.float32)


class Judge:
    """Boosted trees that see a pair's whole description; several, whose log-odds are averaged.

    Args:
        trees: LightGBM's own text of each booster.
        columns: Number of features of a pair.

    Raises:
        ClassifierError: The text is none or looks at others, or LightGBM cannot be loaded.
    """

    def __init__(self, trees: tuple[str, ...], columns: int) -> None:
        lightgbm = _lightgbm()
        self.trees = trees
        try:
            self._boosters = [lightgbm.Booster(model_str=text) for text in trees]
        except lightgbm.basic.LightGBMError as error:
            raise ClassifierError(f"its trees cannot be read: {error}") from error
        if any(each.num_feature() != columns for each in self._boosters):
            raise ClassifierError("its trees look at another number of features")

    def log_odds(self, pairs: Pairs) -> Floats:
        """Returns log-odds of all pairs, shape (passages, labels)."""
        result = pairs.base.copy()
        if len(pairs.features):
            found = [
                booster.predict(pairs.features, raw_score=True, num_threads=1) for booster in self._boosters
            ]
            result[pairs.candidate] = np.mean(found, axis=0)
        return result


@dataclass(frozen=True, slots=True)
class CalibratedJudge:
    """Trees, and the calibration of their log-odds."""

    judge: Judge
    calibration: Calibration

    def probabilities(self, pairs: Pairs, added: NDArray[np.float64] | float = 0.0) -> Floats:
        """Returns calibrated probabilities of all pairs, shape (passages, labels), corrected by ``added``."""
        return self.calibration.probabilities(self.judge.log_odds(pairs), added)


def fit_judge(features: Floats, truth: NDArray[np.bool_], seed: int) -> Judge:
    """Trains the trees on described pairs: shapes (pairs, columns) and (pairs,)."""
    lightgbm = _lightgbm()
    data = lightgbm.Dataset(features, truth.astype(np.float32), params=_PARAMETERS).construct()
    texts = []
    for number in range(BOOSTERS):
        parameters = _PARAMETERS | {"seed": seed + number}
        texts.append(lightgbm.train(parameters, data, ROUNDS).model_to_string())
    return Judge(tuple(texts), features.shape[1])


def fit_calibration(log_odds: Floats, truth: NDArray[np.bool_]) -> Calibration:
    """Fits one calibration for all labels (Platt, 1999) on log-odds out of fold, any shape."""
    fitted = LogisticRegression(C=1e6, solver="newton-cholesky").fit(
        log_odds.reshape(-1, 1).astype(np.float64), truth.ravel()
    )
    return Calibration(float(fitted.coef_[0, 0]), float(fitted.intercept_[0]))


def _lightgbm() -> ModuleType:
    """Returns the package; it loads a library of the system that small images lack."""
    try:
        import lightgbm  # noqa: PLC0415 - only here, so that what needs no trees works without it
    except (ImportError, OSError) as error:
        raise ClassifierError(f"LightGBM cannot be loaded ({error}).", REMEDY) from error
    return lightgbm
