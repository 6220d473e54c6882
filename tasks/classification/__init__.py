"""The task of telling a micrograph's category."""
