"""What a person or a program talks to."""
