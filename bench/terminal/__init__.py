"""What a person reads on a terminal: text made safe to show, the progress of work, quantities in words."""
