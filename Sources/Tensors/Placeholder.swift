// The Tensors storey is being built.
