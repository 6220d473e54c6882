"""Self-supervised learning: encoders pretrained without labels, frozen and probed."""
