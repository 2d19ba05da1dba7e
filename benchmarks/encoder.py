"""How fast and how true the exported encoder is, against the plain loop in torch fp32.

python -m benchmarks.encoder --texts FOLDER [--sample N] [--rounds N] [--cache FOLDER]

The sample is spread evenly over the chunks of the folder's *.txt files. Both encoders take turns, and
the ratio is that of the median times: a machine's speed varies, its ratios vary less. Processor time
stands beside, since others at work on the machine disturb it less than the clock.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.chunk import chunk
from indexer.documents import Document
from models.encoder.bundled import bundled_folder
from models.encoder.export import exported
from models.encoder.onnx import OnnxEncoder
from models.encoder.source import locate
from models.encoder.tokens import TokenCounter

Encode = Callable[[list[str]], NDArray[np.float32]]
QUERY = "limitation of liability for indirect loss"


def main() -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, required=True, help="folder of *.txt files")
    parser.add_argument("--sample", type=int, default=200, help="chunks to encode")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cache", type=Path, help="where exported models lie; default a temporary folder")
    arguments = parser.parse_args()
    texts = sample(arguments.texts, arguments.sample)
    with tempfile.TemporaryDirectory() as temporary:
        folder = exported(locate(""), arguments.cache or Path(temporary))
        start = time.perf_counter()
        encoder = OnnxEncoder(folder)
        loading = time.perf_counter() - start
        report(
            texts,
            {
                "torch fp32": plain(),
                "onnx": encoder.encode,
                "onnx and reader": lambda some: encoder.read(some)[0],
            },
            arguments.rounds,
        )
        print(
            f"{encoder.description}\nloaded in {loading:.2f} s, one query in {latency(encoder.encode):.1f} ms"
        )


def sample(folder: Path, number: int) -> list[str]:
    """Returns chunks spread evenly over the files of a folder."""
    counter = TokenCounter()
    files = sorted(folder.rglob("*.txt"))
    files = files[:: max(1, len(files) // 20)]
    chunks = [
        piece.text
        for file in files
        for piece in chunk(
            Document(
                text=file.read_text(encoding="utf-8", errors="replace"), title="", media_type="text/plain"
            ),
            counter.count,
            counter.max_tokens,
        )
    ]
    return chunks[:: max(1, len(chunks) // number)][:number]


def plain() -> Encode:
    """Returns the loop that one would write first."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - seconds that --help need not pay

    model = SentenceTransformer(str(bundled_folder()), device="cpu")
    return lambda texts: np.asarray(model.encode(texts, show_progress_bar=False))


def report(texts: list[str], encoders: dict[str, Encode], rounds: int) -> None:
    """Prints for each encoder its rate, its ratio to the first one, and its cosine to the first one."""
    for encode in encoders.values():
        encode(texts[:8])
    clock: dict[str, list[float]] = {name: [] for name in encoders}
    processor: dict[str, list[float]] = {name: [] for name in encoders}
    vectors = {}
    for _ in range(rounds):
        for name, encode in encoders.items():
            start, used = time.perf_counter(), time.process_time()
            vectors[name] = encode(texts)
            clock[name].append(time.perf_counter() - start)
            processor[name].append(time.process_time() - used)
    first = next(iter(encoders))
    print(
        f"{len(texts)} chunks, {statistics.mean(map(len, texts)):.0f} characters on average, {rounds} rounds"
    )
    print(f"{'':<12}{'chunks/s':>9}{'ratio':>7}{'cpu ms':>8}{'ratio':>7}{'cosine mean':>13}{'min':>8}")
    for name in encoders:
        seconds, used = statistics.median(clock[name]), statistics.median(processor[name])
        cosines = (vectors[name] * vectors[first]).sum(axis=1)
        print(
            f"{name:<12}{len(texts) / seconds:>9.1f}{statistics.median(clock[first]) / seconds:>7.2f}"
            f"{used / len(texts) * 1000:>8.1f}{statistics.median(processor[first]) / used:>7.2f}"
            f"{cosines.mean():>13.4f}{cosines.min():>8.4f}"
        )


def latency(encode: Encode) -> float:
    """Returns the median milliseconds of one short query."""
    times = []
    for _ in range(100):
        start = time.perf_counter()
        encode([QUERY])
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
