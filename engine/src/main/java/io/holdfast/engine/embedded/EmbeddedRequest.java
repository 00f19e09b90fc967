package io.holdfast.engine.embedded;

import java.nio.file.Path;

/// What an embedded cluster needs.
///
/// @param directory everything of the cluster is in it; it is made if it is not there
/// @param archive the PostgreSQL that comes with the distribution ([EmbeddedPrograms#archiveIn]);
///   it need not be there where the host has one
public record EmbeddedRequest(Path directory, Path archive) {}
