"""Was the awarding body entitled to it, on that day?

Reads: normalised.v1, again.accreditation.v1, reference.accreditations.v1. Writes: accredited.v1,
dead letters.
Promises: every award leaves with a judgement for its own date, the step that decided and the list
that answered; what nobody knows is unknown, never confirmed; when a list changes, every award that
it touches is judged again, and a judgement that stays the same sends nothing.
Gives up when: the normalised record cannot be decoded.
"""
