"""The dashboards of the steering group."""
