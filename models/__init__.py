"""What is learned: text and numbers in; vectors, probabilities and artefacts out.

This package knows nothing of databases, indexes or the web.
"""

import os

# From 1.29 on, onnxruntime reports to its makers what machine it runs on and which models it loads, from the
# moment it is imported. Nothing that is read here leaves the machine: it has to be said before the import.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
