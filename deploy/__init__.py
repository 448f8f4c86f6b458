"""What it takes to run the exchange elsewhere: manifests, an image, and servers for tests."""
