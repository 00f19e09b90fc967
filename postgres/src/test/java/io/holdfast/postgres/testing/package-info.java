/// PostgreSQL clusters for tests, of the versions installed on this machine and of those that the
/// build unpacks. Nothing outlives a test class: clusters live in scratch places.
@NullMarked
package io.holdfast.postgres.testing;

import org.jspecify.annotations.NullMarked;
