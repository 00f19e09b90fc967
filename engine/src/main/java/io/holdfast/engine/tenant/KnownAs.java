package io.holdfast.engine.tenant;

import java.util.Optional;
import java.util.Set;

/// By what a database is known on its server. A clone of a server has the same identities and is
/// another one, so an identity alone means nothing elsewhere.
///
/// @param source the name of its server
/// @param names it has or had there; any if there are none
/// @param identities of the cluster and the database in it, as far as they are known
record KnownAs(String source, Set<String> names, Set<String> identities) {
  KnownAs {
    names = Set.copyOf(names);
    identities = Set.copyOf(identities);
  }

  static KnownAs of(String source, String name, Optional<String> identity) {
    return new KnownAs(source, Set.of(name), identity.map(Set::of).orElseGet(Set::of));
  }

  /// Whether this is where a row was erased.
  boolean is(Erasure.Origin origin) {
    return origin.source().equals(source)
        && (names.isEmpty()
            || names.contains(origin.database())
            || origin.identity().filter(identities::contains).isPresent());
  }
}
