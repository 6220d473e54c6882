"""From a request to cells, before anything is computed: what is done already, and what the rest will cost."""
