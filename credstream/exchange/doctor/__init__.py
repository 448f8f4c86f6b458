"""What is looked at before or when something does not work: settings, servers, keys."""
