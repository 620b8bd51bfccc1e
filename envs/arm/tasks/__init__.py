"""What is asked of the arm: one file a task, and what tasks share."""
