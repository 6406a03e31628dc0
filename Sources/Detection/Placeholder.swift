// The Detection storey is being built.
