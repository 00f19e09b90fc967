package io.holdfast.cli.planted;

import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.maintenance.Prune;

/// A command that goes past the library.
record Shortcut(OpenRepository repository, Prune prune) {}
