"""Who reaches the reports of a project, and the documents that a worker makes."""

from tests.architecture.access_table import Row

REPORTS = {
    "build_detail": Row(),
    "build_file": Row(),
    "build_again": Row(get=None, post=frozenset()),
}
