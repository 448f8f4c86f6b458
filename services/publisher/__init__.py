"""Who must know?

Reads: accredited.v1, again.publisher.v1. Writes: published.definitions.v1,
published.awards.<cc>.v1, published.changes.v1, receipts.<provider>, sealed credentials.
Promises: gapless versions per key, full state in every event, one sealed credential per version
of an award, no person in any stream.
Gives up when: a message cannot be decoded.
"""
