"""Measurements on public data. Each prints what RESULTS.md holds; none runs in the test suite."""
