/// PostgreSQL's own programs on this host, and scratch servers that live for one check.
///
/// - *Server programs*: `postgres` and its companions of one version, found by
///   [io.holdfast.postgres.server.InstalledServers].
/// - *Scratch place*: a private directory that holds everything of one scratch server: data,
///   socket, log ([io.holdfast.postgres.server.ScratchPlace]). A lock that dies with our process
///   tells leftovers of a crash from places in use; [io.holdfast.postgres.server.ScratchReaper]
///   removes the former.
/// - *Scratch server*: runs as the owner of its data directory, never as root, with an empty
///   environment and without TCP ([io.holdfast.postgres.server.ScratchServer]).
/// - *Checks*: pages of a cluster at rest ([io.holdfast.postgres.server.PageScan]), indexes and
///   tables by `amcheck` ([io.holdfast.postgres.server.StructureCheck]), statements of the user
///   ([io.holdfast.postgres.server.SqlCheck]). What they find wrong are findings, not exceptions.
@NullMarked
package io.holdfast.postgres.server;

import org.jspecify.annotations.NullMarked;
