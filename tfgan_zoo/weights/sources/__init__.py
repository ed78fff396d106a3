"""One converter for every source of public weights: tensors of a file to a model of this package."""
