"""Is this a submission we can stand behind?

Reads: submissions.<kind>.<provider>. Writes: received.v1, receipts.<provider>, dead letters.
Promises: one received record per credential, under its key, from a registered provider, in a
recognised format, with what its signature is worth; the same content is received once.
Gives up when: the provider is unknown, the content cannot be read, or its signature is wrong.
"""
