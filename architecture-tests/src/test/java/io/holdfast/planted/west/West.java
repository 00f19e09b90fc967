package io.holdfast.planted.west;

import io.holdfast.planted.east.East;
import java.util.List;

/// The other half of a cycle between packages.
public record West(List<East> easts) {}
