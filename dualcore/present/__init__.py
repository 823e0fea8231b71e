"""Words, number formats and pictures: everything a person reads, drawn from records."""
