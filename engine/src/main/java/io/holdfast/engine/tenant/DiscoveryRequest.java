package io.holdfast.engine.tenant;

import java.nio.file.Path;
import java.util.Optional;

/// What a new scope map is about.
///
/// @param root the table, with or without its schema; empty takes one that is called as tenants
///   usually are
/// @param tenantColumn empty takes the name that most references to the root have
/// @param name of the scope; empty takes the root's in the singular
/// @param target the file; empty means the answer has the text
public record DiscoveryRequest(
    Optional<String> root,
    Optional<String> tenantColumn,
    Optional<String> name,
    Optional<Path> target) {}
