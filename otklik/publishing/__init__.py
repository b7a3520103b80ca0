"""The warehouse's marts as a finished, contracted snapshot, and the switch that puts it in force."""
