package io.holdfast.postgres.dump;

import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Which schemas, extensions and publications of an archive a database does not have, by the names
/// in the list of the archive.
final class MissingNames {
  private static final String SCHEMA = "SCHEMA - ";
  private static final String EXTENSION = "EXTENSION - ";
  private static final String PUBLICATION = "PUBLICATION - ";

  private final Set<String> schemas;
  private final Set<String> schemasThere;
  private final Set<String> extensionsThere;
  private final Set<String> publicationsThere;

  /// @param dumped relations, whose schemas are looked for
  MissingNames(TargetObjects target, Collection<DumpedRelation> dumped, ListedNames names) {
    schemasThere = names.of(target.schemas());
    extensionsThere = names.of(target.extensions());
    publicationsThere = names.of(target.publications());
    schemas = new HashSet<>(schemasThere);
    dumped.forEach(relation -> schemas.add(names.of(relation.name().schema())));
  }

  /// The name, as listed, of a schema that is missing.
  Optional<String> schema(ArchiveEntry entry) {
    return name(entry, SCHEMA, schemas).filter(name -> !schemasThere.contains(name));
  }

  /// Extensions have no owner in the list.
  boolean isExtension(ArchiveEntry entry) {
    String text = entry.description();
    return text.startsWith(EXTENSION)
        && !extensionsThere.contains(text.substring(EXTENSION.length()).stripTrailing());
  }

  boolean hasPublication(ArchiveEntry entry) {
    return name(entry, PUBLICATION, publicationsThere).isPresent();
  }

  private static Optional<String> name(ArchiveEntry entry, String kind, Set<String> names) {
    return entry.description().startsWith(kind)
        ? ListedNames.beginning(entry.description().substring(kind.length()), names)
        : Optional.empty();
  }
}
