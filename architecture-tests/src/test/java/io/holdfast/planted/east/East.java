package io.holdfast.planted.east;

import io.holdfast.planted.west.West;

/// One half of a cycle between packages.
public record East(West west) {}
