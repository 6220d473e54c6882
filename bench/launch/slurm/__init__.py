"""The Slurm launcher: cells packed into jobs, jobs into arrays, through submitit; states in files of our own."""
