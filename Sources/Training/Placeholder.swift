// The Training storey is being built.
