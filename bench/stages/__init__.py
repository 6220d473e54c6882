"""What a cell's stages do, one module a stage: ``train`` (and pretrain), ``predict``, ``score``.

A stage's module imports all that decides the stage's product beside the plugin's own code: the data and its sides, the
seeds, the fit, the metric. So its import closure, see ``code``, is what a fingerprint must hold.
"""
