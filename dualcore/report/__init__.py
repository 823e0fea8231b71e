"""Reports: one dossier, one list of figures, and the formats that a company passes round.

The order within the room is dossier, numbers, story, then the formats. Nothing is measured or judged here.
"""
