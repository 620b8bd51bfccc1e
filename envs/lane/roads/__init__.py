"""Roads as data: what they are, where they come from, how they are drawn on a map."""
