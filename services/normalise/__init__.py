"""What does it say?

Reads: received.v1, again.normalise.v1. Writes: normalised.v1, receipts.<provider>,
again.normalise.v1, dead letters.
Promises: every descriptor says where its value came from and what it was before; nothing is
guessed; the learner leaves encrypted; an award waits for a definition that it only names.
Gives up when: title, awarding body or, for an award, learner or date cannot be found.
"""
