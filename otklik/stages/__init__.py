"""What the assets between ingestion and publishing do: read the lake, call a library (nlp, graph), write the lake."""
