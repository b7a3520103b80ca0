"""Telling people who is late: what `alerts:` of a sources file may say, what is told, and where it goes.

Knows the published list `escalation` and the figures of the pages; no word of a post and no person is in it.
"""
