"""What is learned: text and numbers in; vectors, probabilities and artefacts out.

This package knows nothing of databases, indexes or the web.
"""

import os

# From 1.29 on, onnxruntime reports to its makers what machine it runs on and which models it loads, from the
# moment it is imported. Nothing that is read here leaves the machine: it has to be said before the import.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# MLflow reports to its makers, too; it wants the word true, and takes the second name from other tools.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = os.environ["DO_NOT_TRACK"] = "true"

# Torch's library for processors keeps what it prepared for each shape, up to 1,024 of them: in training a
# reader 0.6 GB after 40 batches, and more with each new length. To prepare anew takes no time that could be
# measured.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16")
