"""For those around the exchange: a provider sends files, a register keeps what is published."""
