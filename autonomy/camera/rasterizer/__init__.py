"""The kernels that draw: arrays in, arrays out."""
