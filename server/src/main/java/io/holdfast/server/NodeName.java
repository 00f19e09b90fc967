package io.holdfast.server;

/// What this process is called among those that share a catalog.
record NodeName(String text) {}
