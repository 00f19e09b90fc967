package io.holdfast.tenant.testing;

import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.QualifiedName;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Tables for a restore to be tried on: keys of all kinds, foreign keys in all directions with all
/// actions and timings, unique columns that are looked at now or later, identity columns, computed
/// ones, and types that know no equality. What a column may hold goes by its name: see
/// [RandomChanges].
///
/// `t0` is the root. `people` is a table to point to, `watchers` one that points into the others.
public final class RandomTables {
  public static final QualifiedName ROOT = new QualifiedName("public", "t0");
  public static final QualifiedName PEOPLE = new QualifiedName("public", "people");
  public static final QualifiedName WATCHERS = new QualifiedName("public", "watchers");

  private static final List<String> ACTIONS =
      List.of("NO ACTION", "NO ACTION", "RESTRICT", "CASCADE", "CASCADE", "SET NULL");
  private static final List<String> UPDATES =
      List.of("NO ACTION", "NO ACTION", "CASCADE", "SET NULL");
  private static final List<String> TIMINGS =
      List.of("", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED");

  private final SplittableRandom random;
  private final List<Shape> shapes = new ArrayList<>();
  private final List<String> tables = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();

  /// What others have to know of a table to point to it.
  private record Shape(QualifiedName name, List<String> key, List<String> types) {}

  public RandomTables(SplittableRandom random) {
    this.random = random;
    int count = random.nextInt(3, 7);
    for (int i = 0; i < count; i++) {
      String name = i > 0 && random.nextInt(4) == 0 ? "T " + i + " \"odd\"" : "t" + i;
      boolean simple = i == 0 || random.nextInt(3) > 0;
      shapes.add(
          new Shape(
              new QualifiedName("public", name),
              simple ? List.of("id") : List.of("a", "B"),
              simple ? List.of("int") : List.of("int", "text")));
    }
    tables.add("CREATE TABLE people (id int PRIMARY KEY, mail text NOT NULL UNIQUE, note text)");
    for (int i = 0; i < count; i++) {
      table(i);
    }
    watchers();
  }

  /// What makes the tables.
  public List<String> statements() {
    List<String> all = new ArrayList<>(tables);
    all.addAll(keys);
    return all;
  }

  private void table(int number) {
    Shape shape = shapes.get(number);
    List<String> parts = new ArrayList<>();
    String identity = number > 0 ? any(List.of("", "", " ALWAYS", " BY DEFAULT")) : "";
    for (int i = 0; i < shape.key().size(); i++) {
      parts.add(
          quoted(shape.key().get(i))
              + " "
              + shape.types().get(i)
              + " NOT NULL"
              + (i > 0 || identity.isEmpty() ? "" : " GENERATED" + identity + " AS IDENTITY"));
    }
    parts.add(
        any(List.of("PRIMARY KEY", "PRIMARY KEY", "PRIMARY KEY", "UNIQUE")) + columns(shape.key()));
    parts.add("code text NOT NULL UNIQUE");
    parts.add("flag boolean NOT NULL");
    parts.add("note text");
    parts.add("data json");
    parts.add("amount numeric");
    if (random.nextInt(3) == 0) {
      parts.add("size int GENERATED ALWAYS AS (length(note)) STORED");
    }
    if (identity.isEmpty() && random.nextInt(4) == 0) {
      parts.add("number int GENERATED ALWAYS AS IDENTITY");
    }
    if (number > 0 && random.nextInt(3) == 0) {
      parts.add("tenant_id int");
    }
    if (number > 0 && random.nextInt(4) == 0) {
      parts.add("kind text");
      parts.add("kid " + any(List.of("int", "text")));
    }
    slot(shape, parts);
    if (number > 0) {
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        reference(shape, n, shapes.get(random.nextInt(shapes.size())), parts);
      }
    } else if (random.nextInt(3) == 0) {
      reference(shape, 1, shapes.get(random.nextInt(shapes.size())), parts);
    }
    if (random.nextInt(3) == 0) {
      Shape people = new Shape(PEOPLE, List.of("id"), List.of("int"));
      reference(shape, 9, people, people.key(), parts);
    }
    tables.add("CREATE TABLE " + shape.name().sql() + " (" + String.join(", ", parts) + ")");
  }

  private void slot(Shape shape, List<String> parts) {
    parts.add("slot int");
    parts.add("rank int");
    String on = any(List.of("(slot)", "(slot)", "(rank, slot)"));
    switch (random.nextInt(5)) {
      case 0 -> {}
      case 1 -> parts.add("UNIQUE " + on);
      case 2 -> parts.add("UNIQUE " + on + " DEFERRABLE");
      case 3 -> parts.add("UNIQUE " + on + " DEFERRABLE INITIALLY DEFERRED");
      default -> keys.add("CREATE UNIQUE INDEX ON " + shape.name().sql() + " " + on);
    }
  }

  private void reference(Shape from, int number, Shape target, List<String> parts) {
    boolean byCode = random.nextInt(4) == 0;
    Shape by = byCode ? new Shape(target.name(), List.of("code"), List.of("text")) : target;
    reference(from, number, by, by.key(), parts);
  }

  private void reference(
      Shape from, int number, Shape target, List<String> pointed, List<String> parts) {
    boolean needed = random.nextInt(4) == 0;
    List<String> columns = pointed.stream().map(name -> "r" + number + "_" + name).toList();
    for (int i = 0; i < columns.size(); i++) {
      parts.add(quoted(columns.get(i)) + " " + target.types().get(i) + (needed ? " NOT NULL" : ""));
    }
    String match = columns.size() > 1 && random.nextInt(3) == 0 ? " MATCH FULL" : "";
    keys.add(
        "ALTER TABLE "
            + from.name().sql()
            + " ADD CONSTRAINT "
            + quoted("fk " + from.name().name() + " " + number)
            + " FOREIGN KEY "
            + columns(columns)
            + " REFERENCES "
            + target.name().sql()
            + " "
            + columns(pointed)
            + match
            + " ON DELETE "
            + any(ACTIONS)
            + " ON UPDATE "
            + any(UPDATES)
            + any(TIMINGS));
  }

  private void watchers() {
    List<String> parts = new ArrayList<>(List.of("id int PRIMARY KEY", "note text"));
    Shape watchers = new Shape(WATCHERS, List.of("id"), List.of("int"));
    for (int n = random.nextInt(1, 3); n > 0; n--) {
      reference(watchers, n, shapes.get(random.nextInt(shapes.size())), parts);
    }
    tables.add("CREATE TABLE watchers (" + String.join(", ", parts) + ")");
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private static String columns(List<String> names) {
    return " (" + Identifiers.quoted(names) + ")";
  }

  private static String quoted(String name) {
    return Identifiers.quoted(name);
  }
}
