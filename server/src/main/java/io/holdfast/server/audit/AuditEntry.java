package io.holdfast.server.audit;

import java.time.Instant;

/// What somebody did.
///
/// @param number counts from 1 without holes
/// @param actor the name of a user, or of a part of Holdfast
/// @param action a word of the API, for example `backup.create`
/// @param target what it was done to
/// @param details JSON
/// @param digest in hexadecimal digits: seals this entry and all before it
public record AuditEntry(
    long number,
    Instant at,
    String actor,
    String action,
    String target,
    String details,
    String digest) {}
