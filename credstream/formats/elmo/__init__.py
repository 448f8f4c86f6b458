"""ELMO, the transcripts of EMREX."""
