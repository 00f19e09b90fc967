package io.holdfast.postgres.dump;

import io.holdfast.postgres.dump.DumpedRelation.ObjectId;
import java.util.List;

/// A definition in an archive of `pg_dump`.
///
/// @param number by which the archive knows it
/// @param object that it defines; zeros if it has no number of its own, such as a comment
/// @param description for example `TABLE public orders erp`: kind, schema or `-`, name, owner
/// @param needs numbers of the entries that have to be there first; empty if the list was read
///   without them
/// @param line as `pg_restore --list` prints it
public record ArchiveEntry(
    int number, ObjectId object, String description, List<Integer> needs, String line) {
  public ArchiveEntry {
    needs = List.copyOf(needs);
  }

  /// Reads a line: the number of the entry, those of catalog and object, and the description.
  static ArchiveEntry parse(String line) {
    int semicolon = line.indexOf(';');
    String[] words = line.substring(semicolon + 1).stripLeading().split(" ", 3);
    return new ArchiveEntry(
        Integer.parseInt(line.substring(0, semicolon)),
        new ObjectId(Long.parseLong(words[0]), Long.parseLong(words[1])),
        words.length > 2 ? words[2] : "",
        List.of(),
        line);
  }

  ArchiveEntry needing(List<Integer> numbers) {
    return new ArchiveEntry(number, object, description, numbers, line);
  }

  /// Whether it is of a kind, such as `FK CONSTRAINT`.
  public boolean is(String kind) {
    return description.startsWith(kind) && description.startsWith(" ", kind.length());
  }

  /// Privileges are given when everything else is there.
  public boolean isPrivilege() {
    return is("ACL") || is("DEFAULT ACL");
  }

  /// Event triggers would fire for what is restored after them.
  public boolean isEventTrigger() {
    return is("EVENT TRIGGER") || is("COMMENT - EVENT TRIGGER");
  }

  /// What `pg_restore --create` makes a database of.
  public boolean isOfDatabase() {
    return is("DATABASE")
        || is("ACL - DATABASE")
        || is("COMMENT - DATABASE")
        || is("SECURITY LABEL - DATABASE");
  }

  public boolean isComment() {
    return is("COMMENT");
  }

  public boolean isIndexAttach() {
    return is("INDEX ATTACH");
  }

  public boolean isForeignKey() {
    return is("FK CONSTRAINT");
  }

  /// What only the owner of an extension may say.
  public boolean isCommentOnExtension() {
    return is("COMMENT - EXTENSION");
  }
}
