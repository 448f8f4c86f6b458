"""What every process of ours needs: settings, logs, metrics, child processes, error texts."""
