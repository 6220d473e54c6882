"""Models whose pretrained weights are used as they are: probes of frozen backbones, and contrastive models."""
