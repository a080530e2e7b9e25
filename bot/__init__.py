"""The desk itself: words and rules (core), storage, service and channels."""
