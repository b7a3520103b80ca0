"""Tables in which a deployment describes its place: what holds of them now, and whether it holds together."""
