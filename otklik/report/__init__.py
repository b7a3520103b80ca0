"""Pages of a snapshot: what whoever governs asks every morning, answered before it is asked.

Made from the tables of one published surface alone, so a page can say nothing that a query on them does not.
"""
