"""Our step beside its peers: the same transition by other means, each against the floor of the same run.

``projects`` are the peers' own Django projects; each runs in a process and on a database of its own.
"""

from benchmarks.peers.measuring import run

__all__ = ["run"]
