"""What an error is: means of dependent observations, and tests between rows."""
