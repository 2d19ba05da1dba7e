"""What goes wrong with a cluster, in words: what it is, and what to do."""

from typing import Any

# Statuses of a server that is busy, starting, or without some of its nodes: the same may succeed later.
TRANSIENT = frozenset({429, 502, 503, 504})
# What a server says of another one that has just gone, with a status of 500.
_LEFT = frozenset(
    {
        "connect_transport_exception",
        "node_closed_exception",
        "node_disconnected_exception",
        "node_not_connected_exception",
    }
)
BLOCKED = "cluster_block_exception"

# What TLS 1.3 makes of a refused client certificate where the server closes too soon for its word to arrive.
_CLOSED = (
    "It closed the connection: see whether it wants TLS, "
    "or a client certificate that its authority has signed."
)
_ADVICE = (
    ("certificate required", "It asks for a client certificate: name one, with its key."),
    ("unknown ca", "It does not trust the client certificate: use one that its authority has signed."),
    ("bad certificate", "It does not accept the client certificate: use one that its authority has signed."),
    ("is not valid for", "Its certificate is for another name: use a name in it as the address."),
    ("certificate has expired", "Its certificate has expired: renew it."),
    ("certificate verify failed", "No known authority vouches for its certificate: name the file of its CA."),
    ("wrong version number", "It does not speak TLS: write http:// for https://, or the port of TLS."),
    ("record layer failure", "It does not speak TLS: write http:// for https://, or the port of TLS."),
    ("key values mismatch", "The client certificate and its key do not belong together."),
    ("connection reset", _CLOSED),
    ("broken pipe", _CLOSED),
    ("eof occurred", _CLOSED),
    ("closed connection without", _CLOSED),
    ("name or service not known", "There is no machine of this name: correct the address."),
)  # fmt: skip


def passing(status: object, error: dict[str, Any]) -> bool:
    """Whether what a server refused for some reason may succeed a moment later."""
    causes = [error, error.get("caused_by") or {}, *(error.get("root_cause") or ())]
    causes += [each.get("reason") or {} for each in error.get("failed_shards") or ()]
    return status in TRANSIENT or any(each.get("type") in _LEFT for each in causes)


def advice(reason: str) -> str:
    """Returns what to do about a connection that failed for a reason of the network or of TLS."""
    told = reason.lower().replace("_", " ")
    found = (said for sign, said in _ADVICE if sign in told)
    return next(found, "Start it, or correct its address.")


def blocked(what: str, said: str) -> str:
    """Returns what to do about an index that is closed to changes, for instance by a full disk."""
    return (
        f"{what} takes no changes now ({said}). Where a disk is almost full, free some space "
        "or add a node; the block then ends by itself, and what was missed is caught up on."
    )
