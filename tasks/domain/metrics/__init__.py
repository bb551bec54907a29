"""What is unusual in a metric: seasonal envelopes, tails of what leaves them, and the detector made of both."""
