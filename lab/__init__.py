"""What a running deployment never imports: the invented region, and the scoring of our own functions.

The commands `demo` and `evaluate` load it when they are called; nothing else may.
"""
