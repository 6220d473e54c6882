"""What a notebook calls, and every verb: run, table, records, load_dataset; ``bench`` hands these names on."""
