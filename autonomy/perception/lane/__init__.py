"""Lanes in pictures: their geometry, a finder that does not learn, and how finders are judged."""
