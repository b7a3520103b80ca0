"""Algorithms on communication graphs: edge frames in, typed score frames out.

Belongs here: building the graph (`build`), leader scores (`leaders`), interest groups (`groups`). Does not belong
here: reading or writing files, SQL, scheduling, suppression of small groups (the marts do that), text (`nlp/`).
"""
