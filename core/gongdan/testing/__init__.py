"""For tests of the core and of plugins: fixtures, factories, a sample plugin, and the conformance class.

The fixtures come by themselves: pytest finds ``pytest_plugin`` by its entry point.
"""
