"""What a writer does after its change is visible: merging, compacting, and deleting what nothing names."""

import shutil
import time
from dataclasses import replace

from indexer.index.embedded.compact import compact, drifted
from indexer.index.embedded.layout import Layout, Manifest
from indexer.index.embedded.state import State
from indexer.index.embedded.vectors import VectorSet, merge, merge_due

# A reader that has just read an older manifest still finds its files.
GRACE_SECONDS = 60.0


def tidy(layout: Layout, present: State) -> None:
    """Merges and compacts what is due, and deletes what older states left behind."""
    generation = present.pointer.generation
    manifest = _merge_vectors(layout, generation, present)
    directory = layout.generation(generation)
    if drifted(directory, manifest.lexical):
        serial = manifest.serial + 1
        manifest = replace(manifest, lexical=compact(directory, present, serial), serial=serial)
        layout.write_manifest(generation, manifest)
    delete_superseded(layout, generation, manifest, time.time() - GRACE_SECONDS)


def _merge_vectors(layout: Layout, generation: str, present: State) -> Manifest:
    """Merges segments, one tier after the other; returns the manifest of the last state."""
    manifest, vectors = present.manifest, present.vectors
    directory = layout.vectors(generation)
    while due := merge_due(manifest.segments):
        serial = manifest.serial + 1
        segments = tuple(merge(directory, vectors, due, serial))
        manifest = replace(manifest, segments=segments, serial=serial)
        layout.write_manifest(generation, manifest)
        vectors = VectorSet(directory, segments, vectors)
    return manifest


def delete_superseded(layout: Layout, generation: str, manifest: Manifest, before: float) -> None:
    """Deletes files of a generation that its manifest does not name and that are older than ``before``.

    Args:
        layout: Where.
        generation: In which generation.
        manifest: Its present state.
        before: Seconds since the epoch.
    """
    names = {each.name for each in manifest.segments}
    bitmaps = {each.live for each in manifest.segments}
    for path in layout.vectors(generation).iterdir():
        named = path.name in bitmaps if path.suffix == ".live" else path.name.split(".")[0] in names
        if not named and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
    for path in layout.generation(generation).glob("lexical-*"):
        if path.name != manifest.lexical and path.stat().st_mtime < before:
            shutil.rmtree(path)
