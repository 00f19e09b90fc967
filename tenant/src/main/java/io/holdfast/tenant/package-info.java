/// The module `tenant`: which rows of a shared database belong to one account, matter or session.
///
/// `catalog` reads the schema of a live database, `scope` holds the scope map that people edit,
/// `discovery` writes a first one, `check` holds a map against a database, `closure` makes the SQL
/// that selects one tenant's rows, `explain` shows all of it.
@NullMarked
package io.holdfast.tenant;

import org.jspecify.annotations.NullMarked;
