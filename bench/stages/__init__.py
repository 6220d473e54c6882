"""What a cell's stages do, one module per stage: ``train`` (and pretrain), ``predict``, ``score``.

A stage's module imports all that decides the stage's product besides the plugin's code: the data and its sides, the
seeds, the fit, the metric. So a fingerprint must hold its import closure, see ``code``.
"""
