package io.holdfast.engine.imports;

import io.holdfast.engine.portable.Decryption;
import java.nio.file.Path;
import java.util.Optional;

/// What to import.
///
/// @param database what to call the database of a file of `pg_dump`
/// @param options for files of other programs
public record ImportRequest(Path file, Optional<String> database, Decryption.Options options) {}
