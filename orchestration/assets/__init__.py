"""Python assets, one file a stage. Each body reads its input, calls one function of ours and reports."""
