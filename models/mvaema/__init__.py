"""MVaEMa: the multimodal vision assistant for electron micrograph analysis."""
