"""The learners: encoders, recipes, training."""
