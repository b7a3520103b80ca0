"""A deployment's folder: where things lie in it, who holds it, how its files are written and opened."""
