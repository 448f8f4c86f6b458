"""How a stage is run: settings, storage, the batch loop and what operators see."""
