package io.holdfast.postgres.dump;

import io.holdfast.postgres.dump.DumpedRelation.ForeignKey;
import io.holdfast.postgres.dump.DumpedRelation.ObjectId;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Which entries of an archive restore some relations with all that belongs to them: columns'
/// defaults, owned sequences, partitions, indexes, constraints, triggers, policies, privileges,
/// comments. A foreign key comes along only where the table that it points to is there too, and a
/// partition is attached only to a table that is selected.
public final class ArchiveSelection {
  /// What tables may need that belongs to none of them.
  private static final Set<String> SHARED =
      Set.of("SCHEMA", "EXTENSION", "SHELL", "TYPE", "DOMAIN", "COLLATION", "FUNCTION");

  private static final String TABLE_ATTACH = "TABLE ATTACH ";
  private static final String SEQUENCE_OWNED = "SEQUENCE OWNED BY ";
  private static final String INDEX_ATTACH = "INDEX ATTACH ";
  private static final List<String> KINDS =
      List.of("TABLE ", "SEQUENCE ", "VIEW ", "MATERIALIZED VIEW ", "FOREIGN TABLE ", "COLUMN ");
  private static final List<String> PARTS = List.of("CONSTRAINT ", "TRIGGER ", "POLICY ", "RULE ");

  /// PostgreSQL counts what the standard numbers with gaps.
  private static final Map<String, Charset> LATIN =
      Map.of(
          "LATIN2", Charset.forName("ISO-8859-2"),
          "LATIN5", Charset.forName("ISO-8859-9"),
          "LATIN7", Charset.forName("ISO-8859-13"),
          "LATIN9", Charset.forName("ISO-8859-15"));

  /// The number of `pg_constraint`.
  private static final long CONSTRAINTS = 2606;

  private final Map<Long, DumpedRelation> selected = new HashMap<>();
  private final Set<ObjectId> objects = new HashSet<>();
  private final Set<ObjectId> hangingKeys = new HashSet<>();
  private final Charset charset;
  private final Set<String> names;
  private final Set<String> indexes = new HashSet<>();

  /// Partitions that come with what they are partitions of; others become tables of their own.
  private final Set<String> attached = new HashSet<>();

  private final Predicate<String> sharedWanted;

  /// What of the archive belongs to no table.
  public enum Shared {
    /// Schemas, extensions, types and functions, for a target that has nothing.
    WANTED,
    LEFT_OUT
  }

  /// @param entries of the archive
  /// @param all relations of the dump
  /// @param wanted those that are selected
  /// @param there whether a relation that is not selected is in the target already
  /// @param encoding of the archive, as PostgreSQL calls it
  public ArchiveSelection(
      ArchiveEntries entries,
      List<DumpedRelation> all,
      Collection<DumpedRelation> wanted,
      Predicate<SqlName> there,
      Shared shared,
      String encoding) {
    this.charset = charset(encoding);
    this.names = all.stream().map(relation -> listed(relation.name())).collect(Collectors.toSet());
    this.sharedWanted =
        switch (shared) {
          case WANTED -> SHARED::contains;
          case LEFT_OUT -> _ -> false;
        };
    select(all, wanted, there);
    entries.lines().stream()
        .filter(this::wants)
        .map(ArchiveEntries::description)
        .forEach(this::noteIndex);
  }

  private void select(
      List<DumpedRelation> all, Collection<DumpedRelation> wanted, Predicate<SqlName> there) {
    Map<Long, DumpedRelation> byOid =
        all.stream().collect(Collectors.toMap(DumpedRelation::oid, relation -> relation));
    Map<ObjectId, List<ObjectId>> parts = new HashMap<>();
    for (DumpedRelation relation : all) {
      parts.put(new ObjectId(ObjectId.RELATIONS, relation.oid()), relation.parts());
    }
    Deque<ObjectId> open = new ArrayDeque<>();
    wanted.forEach(relation -> open.add(new ObjectId(ObjectId.RELATIONS, relation.oid())));
    while (!open.isEmpty()) {
      ObjectId next = open.remove();
      if (objects.add(next)) {
        open.addAll(parts.getOrDefault(next, List.of()));
        if (next.catalog() == ObjectId.RELATIONS && byOid.containsKey(next.oid())) {
          selected.put(next.oid(), byOid.get(next.oid()));
        }
      }
    }
    for (DumpedRelation relation : selected.values()) {
      for (ObjectId part : relation.parts()) {
        if (part.catalog() == ObjectId.RELATIONS && byOid.containsKey(part.oid())) {
          attached.add(listed(byOid.get(part.oid()).name()));
        }
      }
      for (ForeignKey key : relation.foreignKeys()) {
        DumpedRelation target = byOid.get(key.target());
        if (!selected.containsKey(key.target()) && (target == null || !there.test(target.name()))) {
          hangingKeys.add(new ObjectId(CONSTRAINTS, key.oid()));
        }
      }
    }
  }

  /// Indexes are attached to those of the parent by name alone.
  private void noteIndex(String description) {
    if (description.startsWith("INDEX ")) {
      indexes.add(description.substring("INDEX ".length()));
    }
    for (DumpedRelation relation : selected.values()) {
      String constraint = "CONSTRAINT " + listed(relation.name()) + " ";
      if (description.startsWith(constraint)) {
        indexes.add(
            listed(relation.name().schema()) + " " + description.substring(constraint.length()));
      }
    }
  }

  /// The selected relations, partitions and owned sequences among them.
  public Collection<DumpedRelation> relations() {
    return selected.values();
  }

  public boolean holds(SqlName name) {
    return selected.values().stream().anyMatch(relation -> relation.name().equals(name));
  }

  /// How many foreign keys are left out because the table that they point to is missing.
  public int hangingKeys() {
    return hangingKeys.size();
  }

  /// Whether an entry of the list belongs to what is selected.
  public boolean wants(String line) {
    String[] numbers = line.substring(line.indexOf(';') + 1).strip().split(" ", 3);
    ObjectId id = new ObjectId(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
    String description = ArchiveEntries.description(line);
    if (id.catalog() != 0) {
      return objects.contains(id)
          ? !hangingKeys.contains(id)
          : sharedWanted.test(description.split(" ", 2)[0]);
    }
    if (id.oid() != 0) {
      return selected.containsKey(id.oid());
    }
    return wantsByName(description);
  }

  private boolean wantsByName(String description) {
    if (description.startsWith(INDEX_ATTACH)) {
      return indexes.contains(description.substring(INDEX_ATTACH.length()));
    }
    if (description.startsWith(TABLE_ATTACH)) {
      return attached.contains(relation(description.substring(TABLE_ATTACH.length())));
    }
    if (description.startsWith(SEQUENCE_OWNED)) {
      return isSelected(description.substring(SEQUENCE_OWNED.length()));
    }
    return isAbout(description, "COMMENT ")
        || isAbout(description, "ACL ")
        || isAbout(description, "SECURITY LABEL ");
  }

  /// Whether a comment, privilege or label is about a selected relation or a part of it: it names
  /// the schema, then the kind, then the name.
  private boolean isAbout(String description, String what) {
    if (!description.startsWith(what)) {
      return false;
    }
    for (DumpedRelation relation : selected.values()) {
      String schema = what + listed(relation.name().schema()) + " ";
      if (description.startsWith(schema)) {
        String rest = description.substring(schema.length());
        String name = listed(relation.name().name());
        // These entries have names as SQL writes them, quoted where that is needed.
        List<String> forms = List.of(name, SqlName.quote(name));
        boolean itself =
            KINDS.stream()
                .filter(rest::startsWith)
                .map(kind -> rest.substring(kind.length()))
                .anyMatch(
                    text ->
                        forms.stream()
                            .anyMatch(
                                form ->
                                    text.startsWith(form + " ") || text.startsWith(form + ".")));
        boolean itsPart =
            PARTS.stream().anyMatch(rest::startsWith)
                && forms.stream().anyMatch(form -> rest.contains(" ON " + form + " "));
        if (itself || itsPart) {
          return true;
        }
      }
    }
    return false;
  }

  /// Whether a text begins with the name of a selected relation. Names may have blanks in them, so
  /// the longest relation's name that fits is the one that is meant.
  private boolean isSelected(String text) {
    String name = relation(text);
    return selected.values().stream().anyMatch(r -> listed(r.name()).equals(name));
  }

  private String relation(String text) {
    return names.stream()
        .filter(name -> text.startsWith(name + " ") || text.startsWith(name + "."))
        .max(Comparator.comparingInt(String::length))
        .orElse("");
  }

  /// As the list writes it, whose bytes were read as those of ISO 8859-1.
  private String listed(SqlName name) {
    return listed(name.schema()) + " " + listed(name.name());
  }

  private String listed(String name) {
    String plain = name.replace('\n', ' ').replace('\r', ' ');
    return new String(plain.getBytes(charset), StandardCharsets.ISO_8859_1);
  }

  private static Charset charset(String encoding) {
    if (encoding.startsWith("LATIN")) {
      return LATIN.getOrDefault(encoding, StandardCharsets.ISO_8859_1);
    }
    String name = encoding.startsWith("WIN") ? "windows-" + encoding.substring(3) : encoding;
    try {
      return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
    } catch (IllegalCharsetNameException _) {
      return StandardCharsets.UTF_8;
    }
  }
}
