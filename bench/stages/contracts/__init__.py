"""What a task may ask of a model, one file per contract: how to ask, keep, read and name it.

A new kind of question is one more file and its line in ``CONTRACTS`` of ``contract``.
"""
