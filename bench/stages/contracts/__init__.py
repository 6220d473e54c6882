"""What a task may ask of a model, one file a contract: how it is asked, kept, read again and told of.

A new kind of question is one more file and its line in ``CONTRACTS`` of ``contract``.
"""
