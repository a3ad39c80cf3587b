"""Forms of the call: they turn input into clean values, and know no side effect."""
