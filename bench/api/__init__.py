"""What a notebook calls, and `bench run`: runs, tables, records, datasets; ``bench`` hands the names on."""
