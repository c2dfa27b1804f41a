"""The lists, searches and figures on a million issues, each page beside the best bare SQL for its answer.

``loading`` fills a database, ``asked`` says what is asked of it, ``bare`` and ``bare_pages`` hold the SQL,
``answering`` measures both in turns, ``measuring`` does it for each size.
"""

from benchmarks.large.measuring import run

__all__ = ["run"]
