"""Networks that see the whole picture: ConvNets and vision transformers."""
