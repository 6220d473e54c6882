"""What is compared: torch modules and the estimators around them."""
