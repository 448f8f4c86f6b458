"""The common descriptors, a module for each family: parsed values in, contract values out."""
