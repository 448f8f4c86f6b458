"""What compose.yaml needs beside images: secrets, databases."""
