package io.holdfast.engine.plan;

import io.holdfast.engine.retention.RetentionPolicy;

/// What decides which backups of a source are kept.
///
/// @param name where it stands, for people: a policy of the file, a preset or another file
public record SourcePolicy(String name, RetentionPolicy policy) {}
