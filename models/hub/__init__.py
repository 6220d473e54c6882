"""Any image-text-to-text model of transformers, behind the contracts; asked as it is, or tuned."""
