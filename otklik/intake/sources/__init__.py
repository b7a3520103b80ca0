"""What `sources.yaml` may say, and the commands that help to write it. No file of data is loaded here."""
