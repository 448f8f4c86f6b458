"""ELMO, the format of EMREX for transcripts of records."""
