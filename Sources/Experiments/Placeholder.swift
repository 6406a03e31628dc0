// The Experiments storey is being built.
