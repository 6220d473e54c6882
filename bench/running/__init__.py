"""The computation of a cell up to its record, the state of the machine, and the progress of its runs."""
