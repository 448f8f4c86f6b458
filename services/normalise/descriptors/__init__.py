"""One file per family of descriptors: values as written in, parts of the contract out."""
