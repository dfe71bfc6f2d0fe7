"""The NEFF container: what the compiler made, its programs, queues, tensors and names."""
