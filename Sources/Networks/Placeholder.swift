// The Networks storey is being built.
