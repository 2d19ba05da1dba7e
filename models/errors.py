"""The errors of the models package, one documented tree."""

from collections.abc import Mapping


class ModelsError(Exception):
    """Base of every error that this package raises on purpose."""


class EncoderUnavailableError(ModelsError):
    """An encoder cannot be loaded: missing package, wrong hash, or a failed export check."""


class PackError(ModelsError):
    """A pack.yaml is missing or wrong; the message names the file, the key and the value."""


class EvaluationError(ModelsError):
    """An evaluation folder is missing or malformed; the message names the file and the line."""


class ClassifierError(ModelsError):
    """A classifier's file is damaged, foreign or of a newer version; the message names it and its hash.

    Attributes:
        what: The message without the remedy.
        remedy: What to do, as a sentence, where something else than the file is to be mended; else empty.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(f"{what} {remedy}" if remedy else what)
        self.what = what
        self.remedy = remedy


class RankerError(ModelsError):
    """A ranker's file is damaged, foreign or of a newer version; the message names it and its hash."""


class TrainingError(ModelsError):
    """There is too little, or nothing usable, to train on; the message says what and how much is missing."""


class RuleTextError(ModelsError):
    """The words of a rule that somebody wrote cannot be looked for.

    Attributes:
        problems: What is wrong, by field of the rule.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{name}: {said}" for name, said in problems.items()))
        self.problems = dict(problems)
