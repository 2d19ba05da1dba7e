"""Writes the three lock files with hashes: python -m scripts.lock (needs uv; names no registry).

requirements.lock holds what the product and its extra "postgres" need, requirements-torch.lock torch and
the libraries that only its PyPI build brings, requirements-dev.lock what tests and checks need beside them.
"""

import re
import subprocess
from pathlib import Path
from tempfile import NamedTemporaryFile

ROOT = Path(__file__).resolve().parents[1]
TORCH_ONLY = re.compile(r"^(torch|triton|nvidia-[\w-]+|cuda-[\w-]+)==", re.MULTILINE)
PACKAGE = re.compile(r"^([a-z0-9][\w.-]*)==(\S+)", re.MULTILINE)
HEADER = "# Written by python -m scripts.lock; install with pip --no-deps --require-hashes.\n"


def compile_lock(inputs: list[str], within: str = "") -> str:
    """Resolves the inputs together for every platform; returns the text with hashes.

    ``within`` is a lock whose versions are kept.
    """
    command = ["uv", "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--quiet", *inputs]
    with NamedTemporaryFile("w", suffix=".lock") as kept:
        kept.write(within)
        kept.flush()
        command += ["--constraint", kept.name]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def entries(text: str) -> list[tuple[str, str]]:
    """Splits a lock into (package line without hashes, whole entry)."""
    parts = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    return [(part.split(" \\")[0], part) for part in parts if PACKAGE.match(part)]


def name_of(line: str) -> str:
    """Returns the package that a line is about."""
    return line.partition("==")[0]


def main() -> None:
    """Writes the three files."""
    everything = compile_lock(["pyproject.toml", "requirements-dev.in"])
    # Tests may hold a package back; the product is then locked to the same version, with what that needs.
    product = compile_lock(["pyproject.toml", "--extra=postgres"], everything)
    runtime = {name_of(line) for line, _ in entries(product)}
    files: dict[str, list[str]] = {"requirements": [], "requirements-torch": [], "requirements-dev": []}
    for line, entry in entries(everything):
        if TORCH_ONLY.match(entry):
            files["requirements-torch"].append(entry)
        else:
            files["requirements" if name_of(line) in runtime else "requirements-dev"].append(entry)
    for name, found in files.items():
        (ROOT / f"{name}.lock").write_text(HEADER + "".join(found), encoding="utf-8")


if __name__ == "__main__":
    main()
