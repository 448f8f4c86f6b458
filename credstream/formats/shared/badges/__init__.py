"""What Open Badges of every version and learner records (CLR) have in common."""
