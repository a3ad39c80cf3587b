"""Reports for the walks."""


def reports():
    """The arguments of each address."""
    return {key: {"pk": 1} for key in ["build_detail", "build_file", "build_again"]}
