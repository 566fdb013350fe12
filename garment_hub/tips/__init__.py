"""What an owner is told about the own factory: the month, the next question, dependence."""
