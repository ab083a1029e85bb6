"""Speed as ratios: against the limit that is measured in the same run, in turns."""
