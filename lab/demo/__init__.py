"""An invented region in foreign export formats, with the truth that was planted in it: `otklik demo`.

Belongs here: pure functions from a seed to files. Does not belong here: Dagster, reading of exports, the platform's own
entity shapes (the mapping SQL of sources.yaml has to do that work), anything real: every name and sentence is invented.
"""

from lab.demo.generate import DemoSummary, generate

__all__ = ["DemoSummary", "generate"]
