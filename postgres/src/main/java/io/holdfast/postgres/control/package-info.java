/// The control file of a cluster, `global/pg_control`: who the cluster is, where its last
/// checkpoint lies and which sizes were built or configured into it.
///
/// - *System identifier*: the number `initdb` drew; WAL belongs to the cluster that bears it.
/// - *Control version*: layout of the file. 13 to 16 share 1300; 17 has 1700, 18 has 1800.
/// - *Catalog version*: layout of the system catalogs; fixed within a major version, and part of
///   the directory name inside a tablespace.
/// - *Shared sizes*: five settings that a server in recovery may not set lower than the server that
///   wrote the WAL had them.
///
/// The file is 8192 bytes of which the first few hundred count, protected by a CRC-32C. It is
/// written in place, so a copy of a running server's file can be torn: read it again then.
@NullMarked
package io.holdfast.postgres.control;

import org.jspecify.annotations.NullMarked;
