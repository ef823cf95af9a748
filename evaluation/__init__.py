"""How right timelines are: scores against hand-coded labels, what is wrong where, fitting of weights."""
