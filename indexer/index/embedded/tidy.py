"""What a writer does after its change is visible: merging, and deleting files that nothing names."""

import time
from dataclasses import replace

from indexer.index.embedded.layout import Layout, Manifest
from indexer.index.embedded.state import State
from indexer.index.embedded.vectors import VectorSet, merge, merge_due

# A reader that has just read an older manifest still finds its files.
GRACE_SECONDS = 60.0


def tidy(layout: Layout, present: State) -> None:
    """Merges the vector segments that are due and deletes what older states left behind."""
    generation = present.pointer.generation
    manifest = merge_vectors(layout, generation, present)
    delete_superseded(layout, generation, manifest, time.time() - GRACE_SECONDS)


def merge_vectors(layout: Layout, generation: str, present: State) -> Manifest:
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
    """Deletes vector files that the manifest does not name and that are older than ``before``.

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
