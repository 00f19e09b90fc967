/// The PostgreSQL server that keeps the catalog of `holdfast serve`, for whoever has none to give.
///
/// - *Place*: the directory that is ours, held by a lock that dies with our process
///   ([io.holdfast.engine.embedded.EmbeddedPlace]).
/// - *Programs*: those of the host, else those of the distribution, which are unpacked into the
///   place and kept there ([io.holdfast.engine.embedded.EmbeddedPrograms]).
/// - *Cluster*: a running server on the place ([io.holdfast.engine.embedded.EmbeddedCluster]).
@NullMarked
package io.holdfast.engine.embedded;

import org.jspecify.annotations.NullMarked;
