"""What drivers are asked to do, and who shows that it can be done."""
