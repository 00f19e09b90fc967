package io.holdfast.repository;

import java.time.Instant;

/// A key domain whose keys were destroyed, or are about to be.
///
/// @param at when it was decided, by the clock of whoever did
public record ShreddedDomain(DomainId id, String name, Instant at) {}
