/// The scope map: which tables of a database belong to one account, matter or session.
///
/// Every table is *owned* (its rows belong to the scope, and a restore writes and deletes them),
/// *referenced* (owned rows point there; a restore only looks) or *excluded* (with the reason). The
/// file is specified in `docs/format/scope.md`.
@NullMarked
package io.holdfast.tenant.scope;

import org.jspecify.annotations.NullMarked;
