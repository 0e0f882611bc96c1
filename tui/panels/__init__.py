"""The parts of the first screen, one for each thing an operator watches."""
